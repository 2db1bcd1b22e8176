package bus_test

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/internal/bus/bustest"
)

// connect is another program, with the client library alone.
func connect(t *testing.T, s *bustest.Server) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func deleteStream(t *testing.T, s *bustest.Server, name string) {
	t.Helper()
	if err := connect(t, s).DeleteStream(t.Context(), name); err != nil {
		t.Fatal(err)
	}
}
