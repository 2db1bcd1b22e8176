package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Config says how to reach the server and how large the streams may grow. The zero value of a field gives the default named there.
type Config struct {
	URL           string    // nats://host:port, several separated by commas; tls:// for TLS; default nats://127.0.0.1:4222
	InProcess     InProcess // an embedded server instead of URL
	Name          string    // of the connection; default newsmill
	Creds         string    // path of a .creds file
	NKey          string    // path of an nkey seed file
	User          string
	Password      string
	CA            string        // path of a PEM file; default the system's roots
	Cert, Key     string        // paths of PEM files for mutual TLS
	Replicas      int           // of every stream and bucket; default 1; more on the server are left as they are
	RawBytes      int64         // most bytes RAW may hold; default 8 GiB
	ArticlesBytes int64         // ARTICLES; default 4 GiB
	EventsBytes   int64         // EVENTS; default 1 GiB
	DeadBytes     int64         // DEAD; default 2 GiB
	Retention     time.Duration // how long consumed messages stay in RAW and ARTICLES for replay; default 168h
	AckWait       time.Duration // how long a message stays with a worker that shows no sign of life; default 30s
	Log           *slog.Logger  // default slog.Default()
}

// InProcess is an embedded server that can be connected to without a socket.
type InProcess interface {
	InProcessConn() (net.Conn, error)
}

// Validate tells what cannot be right.
func (c Config) Validate() error {
	var bad []error
	refuse := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }
	if c.Creds != "" && c.NKey != "" {
		refuse("creds and nkey exclude each other")
	}
	if (c.Cert == "") != (c.Key == "") {
		refuse("cert and key belong together")
	}
	if c.Replicas < 0 || c.Replicas > 5 {
		refuse("replicas %d is outside 1..5", c.Replicas)
	}
	for name, n := range map[string]int64{"raw": c.RawBytes, "articles": c.ArticlesBytes, "events": c.EventsBytes, "dead": c.DeadBytes} {
		if n < 0 {
			refuse("bytes of %s are negative: %d", name, n)
		}
	}
	if c.Retention < 0 {
		refuse("retention is negative: %s", c.Retention)
	}
	if c.AckWait != 0 && c.AckWait < 100*time.Millisecond {
		refuse("ack wait %s is below 100ms", c.AckWait)
	}
	return errors.Join(bad...)
}

const (
	mib = int64(1) << 20
	gib = int64(1) << 30
)

func (c Config) withDefaults() Config {
	or(&c.URL, "nats://127.0.0.1:4222")
	or(&c.Name, "newsmill")
	or(&c.Replicas, 1)
	or(&c.RawBytes, 8*gib)
	or(&c.ArticlesBytes, 4*gib)
	or(&c.EventsBytes, gib)
	or(&c.DeadBytes, 2*gib)
	or(&c.Retention, 168*time.Hour)
	or(&c.AckWait, 30*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// or sets a zero value to its default.
func or[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
