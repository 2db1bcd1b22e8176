package news

// Stage is the worker that decided.
type Stage string

// The stages of the pipeline, in order.
const (
	StageCrawler    Stage = "crawler"
	StageNormalizer Stage = "normalizer"
	StageIndexer    Stage = "indexer"
)

// Kind is how a URL ended that did not become an article.
type Kind string

// The kinds. A discard was decided by a rule and would be decided again; a dead letter wants a person to look; a discovery
// (listing, feed, sitemap) did its work by the links it brought.
const (
	KindDiscard   Kind = "discard"
	KindDead      Kind = "dead"
	KindDiscovery Kind = "discovery"
)

// Reason is one row of the frozen table of reasons.
type Reason struct {
	Code   string
	Kind   Kind
	Stages []Stage
	Means  string
}

// The reasons. Codes are frozen; rows may be added.
var (
	Discovery = reason("discovery", KindDiscovery, "a listing, feed or sitemap: read for its links", StageCrawler)

	NotFound       = reason("not_found", KindDiscard, "the server answered 404", StageCrawler)
	HTTPGone       = reason("gone", KindDiscard, "the server answered 410", StageCrawler)
	HTTPStatus     = reason("http_status", KindDiscard, "the server answered a status that trying again does not change", StageCrawler)
	Robots         = reason("robots", KindDiscard, "robots.txt or a robots directive forbids it", StageCrawler)
	OutOfScope     = reason("out_of_scope", KindDiscard, "outside the scope of its source", StageCrawler)
	SourceRemoved  = reason("source_removed", KindDiscard, "its source is no longer applied", StageCrawler)
	BadURL         = reason("bad_url", KindDiscard, "not an http or https address", StageCrawler)
	PrivateAddress = reason("private_address", KindDiscard, "resolves to an address that is not public and not allowed", StageCrawler)
	RedirectLoop   = reason("redirect_loop", KindDiscard, "too many redirects", StageCrawler)
	Redirected     = reason("redirected", KindDiscard, "redirects to another host or address, which was queued instead", StageCrawler)
	WrongType      = reason("wrong_type", KindDiscard, "a content type that holds no article, or binary data", StageCrawler, StageNormalizer)
	TooLarge       = reason("too_large", KindDiscard, "larger than the cap after decompression", StageCrawler, StageNormalizer)
	MessageLarge   = reason("message_too_large", KindDiscard, "does not fit into one message of the server", StageCrawler, StageNormalizer)
	Unchanged      = reason("unchanged", KindDiscard, "the same as at the last visit", StageCrawler)
	Expired        = reason("expired", KindDiscard, "visited since it was queued", StageCrawler)
	Empty          = reason("empty", KindDiscard, "no bytes, or no text", StageCrawler, StageNormalizer)
	Challenge      = reason("challenge", KindDiscard, "a challenge page for browsers instead of the content", StageCrawler, StageNormalizer)
	Login          = reason("login", KindDiscard, "a login wall instead of the content", StageCrawler, StageNormalizer)
	Parked         = reason("parked_domain", KindDiscard, "a parked domain", StageCrawler, StageNormalizer)
	Soft404        = reason("soft_404", KindDiscard, "a not-found page with status 200", StageCrawler, StageNormalizer)
	NotArticle     = reason("not_article", KindDiscard, "a listing, index page, form or other page without an article", StageNormalizer)
	TooShort       = reason("too_short", KindDiscard, "too little text to be an article", StageNormalizer)
	Superseded     = reason("superseded", KindDiscard, "the index holds a newer version", StageIndexer)
	TakenDown      = reason("taken_down", KindDiscard, "the operator took it down", StageIndexer)

	HostDown         = reason("host_down", KindDead, "the host did not answer within its attempts", StageCrawler)
	FetchFailed      = reason("fetch_failed", KindDead, "could not be fetched within its attempts", StageCrawler)
	Undecodable      = reason("undecodable", KindDead, "the bytes are text in no known charset", StageNormalizer)
	Timeout          = reason("timeout", KindDead, "took more time than allowed", StageCrawler, StageNormalizer, StageIndexer)
	Crash            = reason("crash", KindDead, "the worker crashed on it", StageCrawler, StageNormalizer, StageIndexer)
	BadMessage       = reason("bad_message", KindDead, "the message breaks the contract", StageCrawler, StageNormalizer, StageIndexer)
	MaxDeliveries    = reason("max_deliveries", KindDead, "delivered too often without a verdict", StageCrawler, StageNormalizer, StageIndexer)
	Rejected         = reason("rejected", KindDead, "Elasticsearch refused the document", StageIndexer)
	DocumentTooLarge = reason("document_too_large", KindDead, "Elasticsearch refused the document for its size", StageIndexer)
	AttemptsUsed     = reason("attempts_used", KindDead, "failed in passing too often", StageCrawler, StageNormalizer, StageIndexer)
)

func reason(code string, kind Kind, means string, stages ...Stage) Reason {
	return Reason{Code: code, Kind: kind, Stages: stages, Means: means}
}

// Reasons gives the whole table in a stable order.
func Reasons() []Reason {
	return []Reason{
		Discovery,
		NotFound, HTTPGone, HTTPStatus, Robots, OutOfScope, SourceRemoved, BadURL, PrivateAddress, RedirectLoop, Redirected,
		WrongType, TooLarge, MessageLarge, Unchanged, Expired, Empty, Challenge, Login, Parked, Soft404, NotArticle, TooShort,
		Superseded, TakenDown,
		HostDown, FetchFailed, Undecodable, Timeout, Crash, BadMessage, MaxDeliveries, Rejected, DocumentTooLarge, AttemptsUsed,
	}
}

// ReasonByCode finds a row of the table.
func ReasonByCode(code string) (Reason, bool) {
	for _, r := range Reasons() {
		if r.Code == code {
			return r, true
		}
	}
	return Reason{}, false
}
