// Command web measures the crawler against a web of its own: some thousand hosts on one loopback listener, with robots.txt, delays, slow
// hosts, hosts that are down, hosts that answer 429, redirect loops and endless pages. It starts real newsmill crawlers on a NATS server of
// its own, kills and freezes some of them, and then holds what the web saw and what the crawlers logged against what was allowed.
//
// It asks nothing beyond loopback and ends by itself. README.md has its figures. Nobody imports it.
package main
