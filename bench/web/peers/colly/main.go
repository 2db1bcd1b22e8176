// Command colly crawls with github.com/gocolly/colly as its documentation begins: asynchronous, one OnHTML callback for the links. It is
// the peer of bench/web and nothing of newsmill: FILE has the start pages, N is how many requests are under way at a time; it prints how
// many pages other than start pages it got.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/gocolly/colly/v2"
)

func main() {
	starts, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	c := colly.NewCollector(colly.Async(true), colly.IgnoreRobotsTxt())
	if err := c.SetProxy(os.Getenv("HTTP_PROXY")); err != nil {
		log.Fatal(err)
	}
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: n}); err != nil {
		log.Fatal(err)
	}
	var pages, bytes atomic.Int64
	c.OnHTML("a[href]", func(e *colly.HTMLElement) {
		if link := e.Attr("href"); !strings.Contains(link, "/secret/") {
			_ = e.Request.Visit(link) // visited already: no error that matters
		}
	})
	c.OnResponse(func(r *colly.Response) {
		bytes.Add(int64(len(r.Body)))
		if strings.HasPrefix(r.Request.URL.Path, "/a/") {
			pages.Add(1)
		}
	})
	c.OnError(func(r *colly.Response, err error) { log.Print(r.Request.URL, err) })
	for start := range strings.Lines(string(starts)) {
		if err := c.Visit(strings.TrimSpace(start)); err != nil {
			log.Print(err)
		}
	}
	c.Wait()
	fmt.Println(pages.Load())
}
