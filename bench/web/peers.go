package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// peers crawls the same web with the same concurrency and no politeness: one newsmill crawler, Colly, Scrapy.
func peers(ctx context.Context, o options) error {
	m, err := ours(ctx, o, 1, "peers", o.bytes)
	if err != nil {
		return err
	}
	o.printf("newsmill: %v", m)
	for _, p := range []struct {
		name string
		cmd  []string
	}{
		{"Colly", []string{o.colly}},
		{"Scrapy", []string{o.scrapy, filepath.Join("bench", "web", "peers", "scrapy", "crawl.py")}},
	} {
		if p.cmd[0] == "" {
			o.printf("%s: left out", p.name)
			continue
		}
		m, err := peer(ctx, o, p.cmd)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		o.printf("%-8s: %v", p.name, m)
	}
	return nil
}

// peer runs a program of peers/. It gets the web's address as proxy and the start pages as a file, and prints the pages that it got.
func peer(ctx context.Context, o options, args []string) (measured, error) {
	s := newSite(fastHosts, fastPages, o.bytes, false)
	s.noLog = true
	web, closeWeb, err := s.serve()
	if err != nil {
		return measured{}, err
	}
	defer closeWeb()
	var starts strings.Builder
	for i := range fastHosts {
		fmt.Fprintf(&starts, "http://%s/\n", hostName(i))
	}
	file := filepath.Join(o.dir, "starts.txt")
	if err := os.WriteFile(file, []byte(starts.String()), 0o600); err != nil {
		return measured{}, err
	}
	cmd := exec.Command(args[0], append(args[1:], file, strconv.Itoa(fastSlots))...)
	cmd.Env = append(os.Environ(), "http_proxy=http://"+web, "HTTP_PROXY=http://"+web, "no_proxy=", "NO_PROXY=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	p, err := startProcess(cmd)
	if err != nil {
		return measured{}, err
	}
	peak := 0
	for {
		select {
		case err := <-p.done:
			end := time.Now()
			if err != nil {
				return measured{}, fmt.Errorf("%w: %s", err, tail(errs.String()))
			}
			pages, err := strconv.Atoi(strings.TrimSpace(out.String()))
			if err != nil {
				return measured{}, fmt.Errorf("printed %q: %s", out.String(), tail(errs.String()))
			}
			start, _ := s.first()
			if pages != fastHosts*fastPages {
				return measured{}, fmt.Errorf("got %d of %d pages: %s", pages, fastHosts*fastPages, tail(errs.String()))
			}
			return measured{pages: pages, took: end.Sub(start), peaks: []int{peak}}, nil
		case <-ctx.Done():
			p.kill()
			return measured{}, context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
			if _, now := memory(p.cmd.Process.Pid); now > 0 {
				peak = now
			}
		}
	}
}

func tail(s string) string { return s[max(0, len(s)-600):] }
