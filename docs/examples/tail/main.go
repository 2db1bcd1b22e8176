// Tail prints the life of every article as it happens: fetched, made clean, searchable, or set aside and why. It is a plain NATS
// program that knows nothing of newsmill but its subjects and headers.
//
//	go run ./docs/examples/tail [nats://127.0.0.1:4222]
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/nats-io/nats.go"
)

func main() {
	server := cmp.Or(append(os.Args, "")[1], os.Getenv("NATS_URL"), nats.DefaultURL)
	nc, err := nats.Connect(server)
	if err != nil {
		log.Fatal(err)
	}
	_, err = nc.Subscribe("news.>", func(m *nats.Msg) {
		var event struct{ Title, Reason string }
		_ = json.Unmarshal(m.Data, &event)                         // a fetched page is no JSON
		address, _ := url.PathUnescape(m.Header.Get("ce-subject")) // headers are ASCII: the rest of Unicode is percent-encoded
		fmt.Println(m.Subject, m.Header.Get("ce-type"), address, event.Title, event.Reason, m.Header.Get("News-Dead-Reason"))
	})
	if err != nil || nc.Flush() != nil {
		log.Fatal("cannot subscribe: ", err)
	}
	log.Print("listening at ", nc.ConnectedUrlRedacted())
	select {}
}
