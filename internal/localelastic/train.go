package localelastic

import (
	"context"
	"time"
)

const trainMode = "--train"

// train makes the class-data archive when the node has been up for TrainAfter: not before the first start, which has better
// use for the CPU, and at the lowest priority.
func (n *Node) train(ctx context.Context) {
	if n.cfg.TrainAfter == 0 {
		return
	}
	timer := time.NewTimer(n.cfg.TrainAfter)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return
	case <-timer.C:
	}
	s, err := newScript(n.cfg)
	if err == nil {
		err = s.run(ctx, trainMode, func(string) {})
	}
	if err != nil && ctx.Err() == nil {
		n.cfg.Log.Warn("no class-data archive for faster starts", "error", err)
	}
}
