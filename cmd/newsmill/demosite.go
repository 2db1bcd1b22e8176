package main

import (
	"context"
	"fmt"

	"github.com/newsmill/newsmill/internal/demosite"
)

type demositeCmd struct {
	Listen  string `help:"Where to listen; loopback only. Port 0 chooses a free one." default:"127.0.0.1:8088" placeholder:"HOST:PORT"`
	Sources bool   `help:"Print the demo site's sources and end."`
}

// Run serves the demo site until it is stopped.
func (c *demositeCmd) Run(ctx context.Context, s streams) error {
	if c.Sources {
		_, err := s.out.Write(demosite.Seeds())
		return err
	}
	site, err := demosite.Start(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer site.Close()
	fmt.Fprintf(s.out, "demo site with %d articles on http://%s/, by these names:\n", len(demosite.Articles()), site.Addr())
	for _, host := range demosite.Hosts() {
		fmt.Fprintf(s.out, "  http://%s/\n", host)
	}
	fmt.Fprintf(s.out, "a crawler finds it with --resolve '%s'\n", resolveFlag(demosite.Resolve(site.Addr())))
	<-ctx.Done()
	return nil
}
