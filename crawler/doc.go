// Package crawler is the first worker: it asks hosts for pages, politely, and sends each page as it was served to RAW.
//
// It takes the tokens of hosts (package frontier), one slot a host, and works on the host's URLs one after the other: robots.txt, the
// request, and then the URL's fate, written in an order in which nothing is lost whatever dies in between: what the page brought (RAW, new
// URLs, a discard event or a dead letter), then SEEN, then the entry leaves URLS, then the host's next token, then the acknowledgement.
// Each of these writes may be repeated.
//
// It never reads what an article says, and never decides what an article is. It is imported by the commands alone.
package crawler
