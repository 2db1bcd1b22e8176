package bus_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/internal/bus/bustest"
	"github.com/newsmill/newsmill/internal/bus/embedded"
)

func open(t *testing.T, s *bustest.Server, c bus.Config) *bus.Bus {
	t.Helper()
	c.URL, c.Log = s.URL(), bustest.Quiet()
	b, err := bus.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() }) // flushes; the server may have gone
	return b
}

func TestEnsureAtOnceAndAgain(t *testing.T) {
	s := bustest.StartServer(t)
	var all sync.WaitGroup
	for range 4 {
		b := open(t, s, bus.Config{})
		all.Go(func() {
			for range 2 {
				if err := b.Ensure(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	b := open(t, s, bus.Config{})
	streams, err := b.Streams(t.Context())
	if err != nil || len(streams) != 16 {
		t.Errorf("%d streams %v, want 8 and 8 buckets", len(streams), err)
	}
	consumers, err := b.Consumers(t.Context())
	if err != nil || len(consumers) != 5 {
		t.Errorf("%d consumers %v, want 5", len(consumers), err)
	}
}

func TestEnsureUpgradesAndRefuses(t *testing.T) {
	base := func() jetstream.StreamConfig {
		return jetstream.StreamConfig{Name: bus.StreamRaw, Subjects: []string{"news.raw.>"}, Discard: jetstream.DiscardNew, MaxBytes: 1 << 20,
			AllowDirect: true, Duplicates: time.Minute}
	}
	tests := []struct {
		name    string
		have    func(*jetstream.StreamConfig)
		bytes   int // stored before
		config  bus.Config
		refused string                                // what the error names; empty: it goes well
		after   func(*jetstream.StreamInfo) (ok bool) // nil: nothing to look at
	}{
		{"more bytes", nil, 1000, bus.Config{RawBytes: 2 << 20}, "", func(i *jetstream.StreamInfo) bool { return i.Config.MaxBytes == 2<<20 && i.State.Msgs == 1 }},
		{"fewer bytes that suffice", nil, 1000, bus.Config{RawBytes: 1 << 19}, "", func(i *jetstream.StreamInfo) bool { return i.Config.MaxBytes == 1<<19 }},
		{"fewer bytes than stored", nil, 9000, bus.Config{RawBytes: 8000}, "stored bytes", nil},
		{"another retention", func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }, 0, bus.Config{}, "retention is WorkQueue", nil},
		{"another discard", func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }, 0, bus.Config{}, "discard is DiscardOld", nil},
		{"in memory", func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }, 0, bus.Config{}, "storage is Memory", nil},
		{"an age that is lifted", func(c *jetstream.StreamConfig) { c.MaxAge = time.Hour }, 10, bus.Config{}, "", func(i *jetstream.StreamInfo) bool { return i.Config.MaxAge == 0 }},
		{"a subject of a newer version stays", func(c *jetstream.StreamConfig) { c.Subjects = append(c.Subjects, "news.raw2.>") }, 0, bus.Config{}, "",
			func(i *jetstream.StreamInfo) bool { return len(i.Config.Subjects) == 2 }},
		{"a subject that is missing comes", func(c *jetstream.StreamConfig) { c.Subjects = []string{"news.raw.yunhai.>"} }, 0, bus.Config{}, "",
			func(i *jetstream.StreamInfo) bool { return i.Config.Subjects[len(i.Config.Subjects)-1] == "news.raw.>" }},
		{"what an operator noted stays", func(c *jetstream.StreamConfig) { c.Metadata = map[string]string{"owner": "desk"} }, 0, bus.Config{}, "",
			func(i *jetstream.StreamInfo) bool { return i.Config.Metadata["owner"] == "desk" }},
	}
	s := bustest.StartServer(t)
	js := connect(t, s)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := base()
			if tt.have != nil {
				tt.have(&c)
			}
			if _, err := js.CreateStream(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := js.DeleteStream(context.Background(), c.Name); err != nil {
					t.Error(err)
				}
			}()
			if tt.bytes > 0 {
				if _, err := js.Publish(t.Context(), "news.raw.yunhai.b", make([]byte, tt.bytes)); err != nil {
					t.Fatal(err)
				}
			}
			err := open(t, s, tt.config).Ensure(t.Context())
			if tt.refused != "" {
				if !errors.Is(err, bus.ErrTopology) || !strings.Contains(err.Error(), tt.refused) || !strings.Contains(err.Error(), "newsmill doctor") {
					t.Errorf("error %v, want ErrTopology for %s", err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			st, err := js.Stream(t.Context(), c.Name)
			if err != nil || !tt.after(st.CachedInfo()) {
				t.Errorf("after: %+v %v", st.CachedInfo(), err)
			}
		})
	}
}

func TestEnsureWithoutRoom(t *testing.T) {
	n, err := embedded.Start(t.Context(), embedded.Config{StoreDir: t.TempDir(), Port: -1, MaxStore: 1 << 30, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	b, err := bus.Open(t.Context(), bus.Config{InProcess: n, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Ensure(t.Context()); !errors.Is(err, bus.ErrTopology) || !strings.Contains(err.Error(), "max_file_store") {
		t.Errorf("error %v", err)
	}
}

func TestOpenWaitsAndGivesUp(t *testing.T) {
	s := bustest.StartServer(t)
	url := s.URL()
	s.Stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := bus.Open(ctx, bus.Config{URL: url, Log: bustest.Quiet()}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no server: %v", err)
	}
	opened := make(chan error, 1)
	go func() {
		b, err := bus.Open(context.Background(), bus.Config{URL: url, Log: bustest.Quiet()})
		if err == nil {
			err = errors.Join(b.Ready(), b.Close())
		}
		opened <- err
	}()
	time.Sleep(100 * time.Millisecond)
	s.Start(t)
	if err := <-opened; err != nil {
		t.Errorf("a server that comes later: %v", err)
	}
}

// Wrong credentials are said at once: waiting does not mend them.
func TestOpenWithWrongCredentials(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprint(c, "INFO {\"server_id\":\"x\",\"version\":\"2.15.2\",\"proto\":1,\"headers\":true,\"auth_required\":true,\"max_payload\":1048576}\r\n")
			_, _ = bufio.NewReader(c).ReadString('\n') // CONNECT
			_, _ = fmt.Fprint(c, "-ERR 'Authorization Violation'\r\n")
			_ = c.Close() // the client may be first
		}
	})
	defer served.Wait()
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err = bus.Open(ctx, bus.Config{URL: "nats://" + l.Addr().String(), User: "a", Password: "b", Log: bustest.Quiet()})
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "refuses the credentials") {
		t.Errorf("error %v", err)
	}
}

func TestConfigValidate(t *testing.T) {
	tests := []struct {
		name string
		c    bus.Config
		want string
	}{
		{"zero", bus.Config{}, ""},
		{"two credentials", bus.Config{Creds: "a", NKey: "b"}, "exclude each other"},
		{"half a pair", bus.Config{Cert: "a"}, "belong together"},
		{"replicas", bus.Config{Replicas: 6}, "outside 1..5"},
		{"bytes", bus.Config{DeadBytes: -1}, "bytes of dead"},
		{"retention", bus.Config{Retention: -1}, "retention"},
		{"ack wait", bus.Config{AckWait: 1}, "ack wait"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.c.Validate()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}
