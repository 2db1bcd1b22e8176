package bus

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Watch calls f for every key that is there, then once with a nil entry, then for every change (a deleted key has a nil Value), until
// ctx ends or f returns an error (ErrStop: no error). It goes on over reconnections; a change may be told twice then.
func (k *KV) Watch(ctx context.Context, f func(*Entry) error) error {
	w := &watch{kv: k, f: f}
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		begun := time.Now()
		err := w.run(ctx)
		switch {
		case w.said != nil:
			return stopped(w.said)
		case ctx.Err() != nil:
			return nil
		case err != nil && !isUnanswered(err) && !(w.live && isNoStream(err)):
			return wrap(ctx, err, "watch %s", k.name)
		case time.Since(begun) > time.Minute:
			wait = 50 * time.Millisecond
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// watch is one Watch over several connections: nats.go's own watcher needs about 20 s to notice that its consumer went with the server.
type watch struct {
	kv   *KV
	f    func(*Entry) error
	last uint64 // highest revision that f has been told
	live bool   // f has been told that it knows all
	said error  // what f ended the watch with
}

// run watches until the connection is lost (nil, or an unanswered request), ctx ends, or f returns an error (said).
func (w *watch) run(ctx context.Context) error {
	up := w.kv.b.up.current()
	if up.Err() != nil {
		return nil
	}
	kv, err := w.kv.b.bucket(ctx, w.kv.name)
	if err != nil {
		return err
	}
	var opts []jetstream.WatchOpt
	if w.live && w.last > 0 {
		opts = append(opts, jetstream.ResumeFromRevision(w.last+1))
	}
	watching, err := kv.WatchAll(ctx, opts...)
	if err != nil {
		return err
	}
	defer func() { _ = watching.Stop() }() // of a lost connection: nothing left to stop
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-up.Done():
			return nil
		case got, open := <-watching.Updates():
			if !open {
				return nil
			}
			if w.said = w.tell(got); w.said != nil {
				return nil
			}
		}
	}
}

func (w *watch) tell(got jetstream.KeyValueEntry) error {
	if got == nil {
		if w.live {
			return nil
		}
		w.live = true
		return w.f(nil)
	}
	w.last = max(w.last, got.Revision())
	return w.f(watched(got))
}

func watched(got jetstream.KeyValueEntry) *Entry {
	if got == nil {
		return nil
	}
	e := entryOf(got)
	if got.Operation() != jetstream.KeyValuePut {
		e.Value = nil
	} else if e.Value == nil {
		e.Value = []byte{}
	}
	return &e
}
