// Command replay serves a folder of saved pages over HTTP under the pages' own host names, so that the crawler crawls real pages as
// they were: bytes untouched, no charset in the Content-Type, one listing a host. It is an HTTP proxy (HTTP_PROXY); it writes the
// seeds file that goes with it.
//
// It never goes out to the network, never speaks TLS, and never changes a byte of a page. It is a program: nobody imports it.
package main
