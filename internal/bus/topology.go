package bus

import (
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/newsmill/newsmill/news"
)

// MaxDeliver is how often JetStream delivers a message before it gives it up. It is only the net under a crash loop: attempts are
// counted by the consume loop.
const MaxDeliver = 20

// dedupWindow is for how long a stream remembers the ids of its messages: against repeats of publishers, not as a "seen" set.
const dedupWindow = 5 * time.Minute

// maxURLs keeps the set in memory bounds: a subject costs the server about 240 bytes of RAM.
const maxURLs = 10_000_000

// consumerSpec is one durable consumer of the table.
type consumerSpec struct {
	stream string
	stage  news.Stage // of the dead letters of messages that it gave up
	config jetstream.ConsumerConfig
}

// streamTable is every stream of newsmill.
//
// RAW and ARTICLES refuse what does not fit (back-pressure) and never age: the janitor alone makes room, below what is consumed.
// TOKENS and POLLS hold schedules, which excludes DiscardNew (error 10052): they have no limits, and one message a subject.
func streamTable(c Config) []jetstream.StreamConfig {
	table := []jetstream.StreamConfig{
		{
			Name: StreamRaw, Subjects: []string{"news.raw.>"}, Description: "fetched pages",
			Discard: jetstream.DiscardNew, MaxBytes: c.RawBytes, AllowDirect: true, Duplicates: dedupWindow,
		}, {
			Name: StreamArticles, Subjects: []string{"news.article.>", "news.gone.>"}, Description: "clean articles, and what is gone",
			Discard: jetstream.DiscardNew, MaxBytes: c.ArticlesBytes, AllowDirect: true, Duplicates: dedupWindow,
		}, {
			Name: StreamEvents, Subjects: []string{"news.indexed.>", "news.discarded.>", "news.alert.>"}, Description: "what became of each page and article",
			Discard: jetstream.DiscardOld, MaxBytes: c.EventsBytes, MaxAge: 30 * 24 * time.Hour, AllowDirect: true, Duplicates: dedupWindow,
		}, {
			Name: StreamDead, Subjects: []string{"news.dead.>"}, Description: "what could not go on, with its reason",
			Discard: jetstream.DiscardNew, MaxBytes: c.DeadBytes, AllowDirect: true, Duplicates: time.Hour,
		}, {
			Name: StreamURLs, Subjects: []string{subjectURL + ".*.*", subjectFresh + ".*.*", subjectSlow + ".*.*", subjectLater + ".*.*.*.*", subjectShelf + ".*.*.*"}, Description: "addresses to fetch: a set",
			Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, MaxMsgs: maxURLs, AllowDirect: true, Duplicates: dedupWindow,
		}, {
			Name: StreamTokens, Subjects: []string{subjectTokenAt + ".*", subjectTokenDue + ".*"}, Description: "when each host may be asked again",
			Retention: jetstream.WorkQueuePolicy, AllowMsgSchedules: true, MaxMsgsPerSubject: 1, AllowDirect: true, Duplicates: dedupWindow,
		}, {
			Name: StreamPolls, Subjects: []string{subjectPollAt + ".*", subjectPollDue + ".*"}, Description: "when each source is to be read again",
			Retention: jetstream.WorkQueuePolicy, AllowMsgSchedules: true, MaxMsgsPerSubject: 1, AllowDirect: true, Duplicates: dedupWindow,
		}, {
			Name: StreamAdvisories, Subjects: advisorySubjects(c), Description: "messages that JetStream gave up",
			Discard: jetstream.DiscardOld, MaxBytes: 64 * mib, MaxAge: 30 * 24 * time.Hour, AllowDirect: true, Duplicates: dedupWindow,
		},
	}
	for i := range table {
		s := &table[i]
		s.Storage, s.Replicas = jetstream.FileStorage, c.Replicas
		or(&s.MaxBytes, -1)
		or(&s.MaxMsgs, -1)
		or(&s.MaxMsgsPerSubject, -1)
	}
	return table
}

// bucketTable is every key-value bucket, as the stream that nats.go's key-value convention keeps it in (KV_<bucket>, ADR-8).
func bucketTable(c Config) []jetstream.StreamConfig {
	row := func(name, what string, ttl time.Duration) jetstream.StreamConfig {
		return jetstream.StreamConfig{
			Name: bucketStream(name), Subjects: []string{"$KV." + name + ".>"}, Description: what, MaxAge: ttl,
			Discard: jetstream.DiscardNew, MaxMsgsPerSubject: 1, MaxBytes: -1, MaxMsgs: -1, AllowDirect: true, AllowRollup: true, DenyDelete: true,
			AllowMsgTTL: true, // delete markers go after a while
			Duplicates:  2 * time.Minute, Storage: jetstream.FileStorage, Replicas: c.Replicas,
		}
	}
	return []jetstream.StreamConfig{
		row(BucketHosts, "lease, next-allowed time and back-off of each host", 0),
		row(BucketSeen, "the last outcome of each address", 90*24*time.Hour),
		row(BucketFirstSeen, "when each canonical address was first seen", 0),
		row(BucketRobots, "robots.txt by scheme, host and port", 48*time.Hour),
		row(BucketSources, "the applied sources", 0),
		row(BucketProgress, "what each source has brought, and how often it is polled", 0),
		row(BucketSite, "what repeats on the pages of each host", 0),
		row(BucketTakenDown, "what the operator took down", 0),
	}
}

func bucketStream(bucket string) string { return "KV_" + bucket }

// consumerTable is every durable consumer. MaxAckPending covers what all processes of a stage hold together, and messages that wait
// for a delayed redelivery; MaxWaiting one open pull for every worker of all processes.
func consumerTable(c Config) []consumerSpec {
	row := func(stream, name string, stage news.Stage, filter string, pending int) consumerSpec {
		return consumerSpec{stream: stream, stage: stage, config: jetstream.ConsumerConfig{
			Durable: name, FilterSubject: filter, AckPolicy: jetstream.AckExplicitPolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
			AckWait: c.AckWait, MaxDeliver: MaxDeliver, MaxAckPending: pending, MaxWaiting: 4096,
		}}
	}
	return []consumerSpec{
		row(StreamTokens, ConsumerCrawl, news.StageCrawler, subjectTokenDue+".*", 10_000),
		row(StreamPolls, ConsumerPoll, news.StageCrawler, subjectPollDue+".*", 1_000),
		row(StreamRaw, ConsumerNormalizer, news.StageNormalizer, "", 5_000),
		row(StreamArticles, ConsumerIndexer, news.StageIndexer, "", 20_000),
		row(StreamEvents, ConsumerStories, news.StageIndexer, "news.indexed.>", 20_000),
	}
}

func consumerByName(c Config, durable string) (consumerSpec, bool) {
	for _, s := range consumerTable(c) {
		if s.config.Durable == durable {
			return s, true
		}
	}
	return consumerSpec{}, false
}

const advisoryPrefix = "$JS.EVENT.ADVISORY.CONSUMER."

func advisorySubjects(c Config) []string {
	var all []string
	for _, kind := range []string{"MAX_DELIVERIES", "MSG_TERMINATED"} {
		for _, s := range consumerTable(c) {
			all = append(all, advisoryPrefix+kind+"."+s.stream+"."+s.config.Durable)
		}
	}
	return all
}
