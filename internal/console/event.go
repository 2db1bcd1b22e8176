package console

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
	"github.com/newsmill/newsmill/news"
)

// event is one message of the contract as the page shows it.
type event struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"` // raw, article, indexed, discarded, dead, gone, alert
	Stage  string    `json:"stage,omitempty"`
	Source string    `json:"source,omitempty"`
	Host   string    `json:"host,omitempty"`
	URL    string    `json:"url,omitempty"`  // what it is about, for people
	Link   string    `json:"link,omitempty"` // the same where it is http or https
	Title  string    `json:"title,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Detail string    `json:"detail,omitempty"`
}

// eventOf reads what the page shows of a message. A message that is not of the contract (anybody may publish) is shown as far as
// it can be read.
func eventOf(m bus.Message) event {
	subject, _ := news.ParseSubject(m.Subject)
	e := event{
		At: m.Time, Kind: subject.Kind, Stage: string(subject.Stage), Source: subject.Source, Host: hostName(subject.Host),
		URL: news.DecodeValue(m.Header[news.HeaderCeSubject]), Reason: m.Header[news.HeaderDeadReason],
		Detail: news.DecodeValue(m.Header[news.HeaderDeadError]),
	}
	if e.At.IsZero() {
		e.At, _ = time.Parse(time.RFC3339, m.Header[news.HeaderCeTime])
	}
	switch e.Kind {
	case "article", "indexed", "discarded", "gone", "alert":
		var payload struct{ URL, Title, Reason, Detail string }
		if json.Unmarshal(m.Data, &payload) == nil {
			e.Title, e.Reason, e.Detail = payload.Title, payload.Reason, payload.Detail
			if payload.URL != "" {
				e.URL = payload.URL
			}
		}
	}
	e.Link = link(e.URL)
	return e
}

func hostName(token string) string {
	if host, err := news.ParseHostToken(token); err == nil {
		return host
	}
	return token
}

// link gives an address back only where a browser may open it: javascript: and data: would be another's code in our page.
func link(url string) string {
	if strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
		return url
	}
	return ""
}
