// Package frontier keeps what is to be fetched, and says who may ask which host when. It lives in JetStream and has no leader:
//
//   - URLS, a set: one message a URL, newsmill.frontier.url.<host>.<hash>, …fresh… for the fast lane of new news, or …slow… for what is
//     looked at only when the host has nothing else: slices of sitemaps.
//   - TOKENS: one wake-up a host. The schedule newsmill.frontier.at.<host> fires as newsmill.frontier.due.<host> when the host may be
//     asked again; all crawlers share one durable consumer on the due tokens.
//   - hosts, a bucket: who leases the host, from when it may be asked, its back-off and its failed URLs; changed by compare-and-set alone.
//   - seen, a bucket: how the last visit of a URL ended.
//
// Who gets a token leases the host (Take), works on its URLs one after the other (Hold), and gives it back (Release), which stores the
// next token; only then the token may be acknowledged. A worker that dies leaves its token to the consumer's ack wait and its
// lease to time; what still goes wrong (a host with URLs and without a token) Sweep mends.
//
// All times are the server's. A record says its times as durations from the moment at which the server stored it, so no clock of a worker
// has to be right; between two looks at the server's clock a worker counts on its monotonic one.
//
// The package makes no request and decides no fate of a URL. It is imported by crawler, and by the commands that show or purge the frontier.
package frontier
