package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/newsmill/newsmill/indexer/elastic"
	"github.com/newsmill/newsmill/internal/localelastic"
)

// dataPath is a folder below the data folder.
func (set *settings) dataPath(name string) string { return filepath.Join(set.General.Data, name) }

// trainAfter is when the local node makes later starts faster: after the first crawl has had the machine.
const trainAfter = time.Minute

// stopTime is what a local Elasticsearch gets to write what it has in memory.
const stopTime = 20 * time.Second

// startElastic brings the index, and the indexer with it: at once where the operator has a cluster, else when the local node answers.
// The node lives until services ends; the channel is closed when it is gone. A node that cannot be started ends the process.
func (r *runner) startElastic(p *process, services context.Context) <-chan struct{} {
	gone := make(chan struct{})
	if urls := r.set.Elasticsearch.Elasticsearch; len(urls) > 0 {
		close(gone)
		p.start("elasticsearch", func(context.Context) error { return r.startIndex(p, urls) })
		return gone
	}
	p.start("elasticsearch", func(ctx context.Context) error {
		config := localelastic.Config{
			DataDir: r.set.dataPath("elasticsearch"), Port: r.set.Elasticsearch.ElasticsearchPort, Heap: r.set.Elasticsearch.ElasticsearchHeap,
			TrainAfter: trainAfter, Log: r.log, Progress: func(line string) { r.out.say("%s", line) },
		}
		node, err := startNode(ctx, config)
		if err != nil {
			close(gone)
			return err
		}
		config.Port = node.Port() // a node that is started again is found where it was
		go r.keepNode(services, config, node, gone)
		r.out.say("Elasticsearch listens on %s", node.URL())
		return r.startIndex(p, []string{node.URL()})
	})
	return gone
}

const usualElasticPort = 9200

// startNode starts the node at its port; without one at the usual port, or a free one where that is taken.
func startNode(ctx context.Context, c localelastic.Config) (*localelastic.Node, error) {
	if c.Port != 0 {
		return localelastic.Start(ctx, c)
	}
	c.Port = usualElasticPort
	node, err := localelastic.Start(ctx, c)
	if errors.Is(err, localelastic.ErrPortTaken) {
		c.Port = 0
		node, err = localelastic.Start(ctx, c)
	}
	return node, err
}

func (r *runner) startIndex(p *process, urls []string) error {
	client, err := elastic.New(r.set.elasticConfig(urls))
	if err != nil {
		return err
	}
	r.search.set(client, urls)
	return p.startIndexer(r.set, client)
}

// keepNode starts the node again, at the same port, when it ends by itself, and stops it when ctx ends.
func (r *runner) keepNode(ctx context.Context, config localelastic.Config, node *localelastic.Node, gone chan<- struct{}) {
	defer close(gone)
	for {
		select {
		case <-ctx.Done():
			r.stopNode(node)
			return
		case <-node.Done():
		}
		r.log.Warn("the local Elasticsearch ended by itself and is started again", "error", node.Err())
		for {
			again, err := localelastic.Start(ctx, config)
			if err == nil {
				node = again
				break
			}
			if ctx.Err() != nil {
				return
			}
			r.log.Warn("the local Elasticsearch does not start", "error", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(5 * time.Second):
			}
		}
	}
}

func (r *runner) stopNode(node *localelastic.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := node.Stop(ctx); err != nil {
		r.log.Warn("the local Elasticsearch did not stop by itself", "error", fmt.Sprint(err))
	}
}
