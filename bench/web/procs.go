package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/newsmill/newsmill/crawler"
	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/embedded"
	"github.com/newsmill/newsmill/seeds"
)

// process is a child of ours.
type process struct {
	cmd  *exec.Cmd
	done chan error
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing is left where the bench is killed
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan error, 1)}
	go func() { p.done <- cmd.Wait(); close(p.done) }()
	return p, nil
}

// stop asks it to end and kills it when it does not.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.kill()
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// memory is the process's resident memory and its peak, in MB.
func memory(pid int) (now, peak int) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.Atoi(f[1])
		switch f[0] {
		case "VmRSS:":
			now = n / 1024
		case "VmHWM:":
			peak = n / 1024
		}
	}
	return now, peak
}

// natsServer is our own server as a process of its own, so that its memory can be told from the bench's.
type natsServer struct {
	*process
	url string
}

// startNATS starts this program again as a server and waits for its address.
func startNATS(ctx context.Context, dir string) (*natsServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-nats-server", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	p, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	line := make(chan string, 1)
	go func() {
		var b [256]byte
		n, _ := out.Read(b[:])
		line <- strings.TrimSpace(string(b[:n]))
	}()
	select {
	case url := <-line:
		if url == "" {
			return nil, errors.New("the NATS server ended at its start")
		}
		return &natsServer{p, url}, nil
	case <-ctx.Done():
		p.kill()
		return nil, ctx.Err()
	}
}

// serveNATS is what the child does.
func serveNATS(ctx context.Context, dir string, out io.Writer) error {
	s, err := embedded.Start(ctx, embedded.Config{StoreDir: dir, Port: -1, Log: quiet()})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, s.URL())
	<-ctx.Done()
	return s.Close()
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// open connects to the server and makes the streams.
func open(ctx context.Context, url string) (*bus.Bus, error) {
	b, err := bus.Open(ctx, bus.Config{URL: url, Log: quiet()})
	if err != nil {
		return nil, err
	}
	if err := b.Ensure(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// applySources makes one source a host.
func applySources(ctx context.Context, b *bus.Bus, s *site) error {
	list := make([]seeds.Source, s.hosts)
	for i := range list {
		list[i] = seeds.Source{ID: fmt.Sprintf("s%05d", i), Name: hostName(i), Interval: seeds.Duration(24 * time.Hour), MaxDepth: 1, MaxPages: 3,
			AllowPrivate: true, Start: []seeds.Start{{URL: "http://" + hostName(i) + "/", Kind: seeds.KindListing}}}.WithDefaults()
	}
	_, err := crawler.Apply(ctx, crawler.StoresOf(b), list, false)
	return err
}

// crawlers starts newsmill crawlers; the log of each is a file in dir.
func (o options) crawlers(n int, dir, nats, web string, args ...string) ([]*process, error) {
	var list []*process
	for i := range n {
		log, err := os.Create(filepath.Join(dir, fmt.Sprintf("crawler%d.log", i)))
		if err != nil {
			return list, err
		}
		cmd := exec.Command(o.newsmill, append([]string{"crawler", "--nats", nats, "--contact", "https://bench.example/", "--proxy", "none",
			"--resolve", "*" + suffix + "=" + web, "--http", "none", "--log-format", "json", "--data", filepath.Join(dir, "data")}, args...)...)
		cmd.Stderr = log
		p, err := startProcess(cmd)
		_ = log.Close()
		if err != nil {
			return list, err
		}
		list = append(list, p)
	}
	return list, nil
}

func journals(dir string, n int) (all []request, parked []string, err error) {
	for i := range n {
		raw, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("crawler%d.log", i)))
		if err != nil {
			return nil, nil, err
		}
		j, err := readJournal(bytes.NewReader(raw))
		if err != nil {
			return nil, nil, err
		}
		all, parked = append(all, j.requests...), append(parked, j.parked...)
	}
	return all, parked, nil
}
