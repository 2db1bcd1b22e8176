package bus

// Names of the streams. What each holds and how stands in the table of topology.go.
const (
	StreamRaw        = "RAW"        // news.raw.>
	StreamArticles   = "ARTICLES"   // news.article.> and news.gone.>
	StreamEvents     = "EVENTS"     // news.indexed.>, news.discarded.>, news.alert.>
	StreamDead       = "DEAD"       // news.dead.>
	StreamURLs       = "URLS"       // newsmill.frontier.url.<host>.<hash>, newsmill.frontier.fresh.<host>.<hash>, newsmill.frontier.slow.<host>.<hash>, newsmill.later.…, newsmill.shelf.…: a set
	StreamTokens     = "TOKENS"     // newsmill.frontier.at.<host> (schedules) and newsmill.frontier.due.<host>
	StreamPolls      = "POLLS"      // newsmill.poll.at.<source> (schedules) and newsmill.poll.due.<source>
	StreamAdvisories = "ADVISORIES" // JetStream's own words on messages that were given up
)

// Names of the key-value buckets.
const (
	BucketHosts     = "hosts"     // host token -> lease, next-allowed time, back-off, counters
	BucketSeen      = "seen"      // URL hash -> last fetch, validators, content hash, outcome; ages out after 90 days
	BucketFirstSeen = "firstseen" // URL hash of the canonical URL -> when it was first seen; kept
	BucketRobots    = "robots"    // scheme-host-port token -> robots.txt as parsed input
	BucketSources   = "sources"   // source id -> the applied source
	BucketProgress  = "progress"  // source id -> what it has brought, and how often it is polled; budgets
	BucketSite      = "site"      // host token -> site memory
	BucketTakenDown = "takendown" // url.<URL hash> or source.<source id> -> what the operator took down, and when; kept
)

// Names of the durable consumers.
const (
	ConsumerCrawl      = "crawler"    // on TOKENS, newsmill.frontier.due.*
	ConsumerPoll       = "poller"     // on POLLS, newsmill.poll.due.*
	ConsumerNormalizer = "normalizer" // on RAW
	ConsumerIndexer    = "indexer"    // on ARTICLES
	ConsumerStories    = "stories"    // on EVENTS, news.indexed.>: reprints are looked for once they can be found
)
