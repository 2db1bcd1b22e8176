package news

import (
	"errors"
	"fmt"
	"strings"
)

// The first two tokens of every subject of the contract. Monitors subscribe "news.>" or any part of it.
const (
	SubjectRaw       = "news.raw"
	SubjectArticle   = "news.article"
	SubjectIndexed   = "news.indexed"
	SubjectDiscarded = "news.discarded"
	SubjectDead      = "news.dead"
	SubjectGone      = "news.gone"
	SubjectAlert     = "news.alert"
)

// ErrSubject is returned for a subject that is not one of the contract.
var ErrSubject = errors.New("not a subject of newsmill's contract")

// RawSubject is where a fetched page goes: news.raw.<source>.<host>. host is a token of HostToken in all of these.
func RawSubject(source, host string) string { return join(SubjectRaw, source, host) }

// ArticleSubject is where a clean article goes: news.article.<source>.<host>.
func ArticleSubject(source, host string) string { return join(SubjectArticle, source, host) }

// IndexedSubject is where it is told that an article is searchable: news.indexed.<source>.<host>.
func IndexedSubject(source, host string) string { return join(SubjectIndexed, source, host) }

// GoneSubject is where it is told that a URL is no more: news.gone.<source>.<host>.
func GoneSubject(source, host string) string { return join(SubjectGone, source, host) }

// DiscardedSubject is where a stage tells what it set aside: news.discarded.<stage>.<source>.<host>.
func DiscardedSubject(stage Stage, source, host string) string {
	return join(SubjectDiscarded, string(stage), source, host)
}

// DeadSubject is where a stage puts what cannot go on: news.dead.<stage>.<source>.<host>.
func DeadSubject(stage Stage, source, host string) string {
	return join(SubjectDead, string(stage), source, host)
}

// AlertSubject is where a match of a saved query is told: news.alert.<watch>.
func AlertSubject(watch string) string { return join(SubjectAlert, watch) }

func join(tokens ...string) string { return strings.Join(tokens, ".") }

// Subject is a subject of the contract, taken apart.
type Subject struct {
	Kind   string // raw, article, indexed, discarded, dead, gone, alert
	Stage  Stage  // discarded and dead only
	Source string
	Host   string // the token; ParseHostToken gives the host
	Watch  string // alert only
}

// ParseSubject takes a subject of the contract apart. The error wraps ErrSubject.
func ParseSubject(s string) (Subject, error) {
	t := strings.Split(s, ".")
	bad := fmt.Errorf("%w: %q", ErrSubject, s)
	if len(t) < 3 || t[0] != "news" {
		return Subject{}, bad
	}
	for _, token := range t[1:] {
		if token == "" {
			return Subject{}, bad
		}
	}
	switch kind := join(t[0], t[1]); {
	case (kind == SubjectRaw || kind == SubjectArticle || kind == SubjectIndexed || kind == SubjectGone) && len(t) == 4:
		return Subject{Kind: t[1], Source: t[2], Host: t[3]}, nil
	case (kind == SubjectDiscarded || kind == SubjectDead) && len(t) == 5:
		return Subject{Kind: t[1], Stage: Stage(t[2]), Source: t[3], Host: t[4]}, nil
	case kind == SubjectAlert && len(t) == 3:
		return Subject{Kind: t[1], Watch: t[2]}, nil
	}
	return Subject{}, bad
}
