package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "replay:", err)
		}
		stop()
		os.Exit(2)
	}
}

// run serves until ctx ends. On stdout it prints, once it can be asked, the lines "proxy: http://host:port", "seeds: FILE",
// "hosts: N" and "pages: N"; at the end "asked for: N", and on stderr the ids of the pages that nobody asked for.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("corpus", "", "folder with pages/*.html and truth.jsonl")
	listen := flags.String("listen", "127.0.0.1:0", "address of the proxy; port 0 takes a free one")
	out := flags.String("seeds", "", "seeds file to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || *out == "" || flags.NArg() > 0 {
		return errors.New("give -corpus DIR and -seeds FILE, and nothing else")
	}
	pages, err := load(*dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Join(*dir, "pages"))
	if err != nil {
		return err
	}
	defer root.Close()
	if err := writeSeeds(*out, pages); err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", *listen)
	if err != nil {
		return err
	}
	p := newProxy(root, pages)
	fmt.Fprintf(stdout, "proxy: http://%s\nseeds: %s\nhosts: %d\npages: %d\n", l.Addr(), *out, len(p.listed), len(pages))
	if err := serve(ctx, l, p); err != nil {
		return err
	}
	missed := p.missed()
	fmt.Fprintf(stdout, "asked for: %d\n", len(pages)-len(missed))
	for _, id := range missed {
		fmt.Fprintln(stderr, "not asked for:", id)
	}
	return nil
}

// serve answers on l until ctx ends, and then gives running answers a second.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(late); err != nil {
		_ = server.Close() // what is still running is cut off
	}
	<-failed
	return nil
}
