package news

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// URLHash is 20 hex digits of the SHA-256 of a canonical URL: the key of a URL in the frontier and in SEEN.
func URLHash(canonicalURL string) string { return digest(20, canonicalURL) }

// ArticleID is the id of the only article of a page: 32 hex digits over its canonical URL.
func ArticleID(canonicalURL string) string { return digest(32, canonicalURL) }

// ArticleIDOf is the id of one of several articles of a page. The title counts without case, white space and punctuation, so that
// an article keeps its id when its neighbours change; only where there is no title the ordinal (from 1) stands in.
func ArticleIDOf(canonicalURL, title string, ordinal int) string {
	if key := titleKey(title); key != "" {
		return digest(32, canonicalURL, "title", key)
	}
	return digest(32, canonicalURL, "ordinal", strconv.Itoa(ordinal))
}

func titleKey(title string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// ContentHash is 32 hex digits over title and body: equal hashes mean equal text.
func ContentHash(title, body string) string { return digest(32, title, body) }

// digest joins the parts with a byte that occurs in none of them and gives n hex digits of the SHA-256.
func digest(n int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:n]
}

// The event ids (ce-id and Nats-Msg-Id). What an id is made of decides what JetStream's deduplication takes for a repeat.

// RawID is the id of a fetched page: one fetch of one URL.
func RawID(url string, fetchedAt time.Time) string {
	return "raw-" + digest(32, url, strconv.FormatInt(fetchedAt.UnixNano(), 10))
}

// ArticleEventID is the id of one version of an article in ARTICLES.
func ArticleEventID(articleID string, version int64) string {
	return articleID + "-" + strconv.FormatInt(version, 10)
}

// IndexedID is the id of the event that the given version was accepted by Elasticsearch.
func IndexedID(articleEventID string) string { return articleEventID + "/indexed" }

// DiscardedID is the id of the event that a stage set aside what had the id of.
func DiscardedID(of string, stage Stage) string { return of + "/discarded/" + string(stage) }

// GoneID is the id of the event that the articles of a URL went with the given version.
func GoneID(canonicalURL string, version int64) string {
	return "gone-" + digest(32, canonicalURL) + "-" + strconv.FormatInt(version, 10)
}

// DeadID is the id of a dead letter: the place of the message that could not go on.
func DeadID(stream, consumer string, seq uint64) string {
	return stream + "/" + consumer + "/" + strconv.FormatUint(seq, 10)
}

// RetryID is the id of the n-th retry or replay (from 1) of what had the id of: another attempt, so not a repeat for JetStream.
func RetryID(of string, n int) string {
	if i := strings.LastIndex(of, "/r"); i >= 0 {
		if _, err := strconv.Atoi(of[i+2:]); err == nil {
			of = of[:i]
		}
	}
	return of + "/r" + strconv.Itoa(n)
}
