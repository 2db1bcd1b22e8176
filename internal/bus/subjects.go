package bus

import "strings"

// The subjects that are newsmill's own and no contract. Hosts are tokens of news.HostToken, sources are source ids, hashes are URL
// hashes: each one token.
const (
	subjectURL      = "newsmill.frontier.url"
	subjectFresh    = "newsmill.frontier.fresh"
	subjectSlow     = "newsmill.frontier.slow"
	subjectLater    = "newsmill.later"
	subjectShelf    = "newsmill.shelf"
	subjectTokenAt  = "newsmill.frontier.at"
	subjectTokenDue = "newsmill.frontier.due"
	subjectPollAt   = "newsmill.poll.at"
	subjectPollDue  = "newsmill.poll.due"
)

// FrontierURL is the place of an address in the set URLS. "*" for the hash matches all of a host.
func FrontierURL(host, hash string) string { return subjectURL + "." + host + "." + hash }

// FrontierFresh is the place of an address in the fast lane of URLS.
func FrontierFresh(host, hash string) string { return subjectFresh + "." + host + "." + hash }

// FrontierAt is where a host's token is scheduled, in TOKENS.
func FrontierAt(host string) string { return subjectTokenAt + "." + host }

// FrontierDue is where a host's token appears when the host may be asked again.
func FrontierDue(host string) string { return subjectTokenDue + "." + host }

// PollAt is where the next poll of a source is scheduled, in POLLS.
func PollAt(source string) string { return subjectPollAt + "." + source }

// PollDue is where a poll appears when it is due.
func PollDue(source string) string { return subjectPollDue + "." + source }

// LastToken gives the part of a subject behind its last dot: the host of a token, the source of a poll, the hash of an address.
func LastToken(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }
