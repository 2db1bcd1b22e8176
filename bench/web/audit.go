package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// request is an audit line of a crawler: a request that it says it made.
type request struct {
	Msg        string        `json:"msg"`
	Host       string        `json:"host"` // subject token
	URL        string        `json:"url"`
	Start, End time.Time     `json:"-"`
	StartText  string        `json:"start"`
	EndText    string        `json:"end"`
	Status     int           `json:"status"`
	Result     string        `json:"result"`
	Delay      time.Duration `json:"delay"`
}

// journal is what was read from the log of one crawler.
type journal struct {
	requests []request
	parked   []string // hosts
}

// readJournal reads the JSON log of a crawler.
func readJournal(r io.Reader) (journal, error) {
	var j journal
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var q request
		if json.Unmarshal(lines.Bytes(), &q) != nil {
			continue // cut by a kill
		}
		switch q.Msg {
		case "host parked":
			j.parked = append(j.parked, q.Host)
		case "request":
			var err error
			if q.Start, err = time.Parse(time.RFC3339Nano, q.StartText); err == nil {
				q.End, err = time.Parse(time.RFC3339Nano, q.EndText)
			}
			if err != nil {
				return j, err
			}
			j.requests = append(j.requests, q)
		}
	}
	return j, lines.Err()
}

// breach is a request that came too soon.
type breach struct {
	host, url string
	gap, due  time.Duration
}

func (b breach) String() string {
	return fmt.Sprintf("%s %s: %v after the last, %v was due", b.host, b.url, b.gap, b.due)
}

// breaches holds the crawlers' own lines against each other: between the end of a request and the start of the next one to the same host,
// whoever made them, lies at least the delay that the next one names.
func breaches(all []request) (found []breach, least time.Duration) {
	byHost := map[string][]request{}
	for _, q := range all {
		byHost[q.Host] = append(byHost[q.Host], q)
	}
	least = time.Hour
	for host, list := range byHost {
		slices.SortFunc(list, func(a, b request) int { return a.Start.Compare(b.Start) })
		for i := 1; i < len(list); i++ {
			gap := list[i].Start.Sub(list[i-1].End)
			if least = min(least, gap); gap < list[i].Delay {
				found = append(found, breach{host, list[i].URL, gap, list[i].Delay})
			}
		}
	}
	return found, least
}

// webBreaches does the same with what the web saw, which no crawler can be wrong about.
func webBreaches(all []seen, delay func(host string) time.Duration) (found []breach, least time.Duration) {
	byHost := map[string][]seen{}
	for _, q := range all {
		byHost[q.host] = append(byHost[q.host], q)
	}
	least = time.Hour
	for host, list := range byHost {
		slices.SortFunc(list, func(a, b seen) int { return a.start.Compare(b.start) })
		due := time.Duration(0) // robots.txt itself comes first, and says only then
		for i, q := range list {
			if i > 0 {
				gap := q.start.Sub(list[i-1].end)
				if least = min(least, gap); gap < due {
					found = append(found, breach{host, q.path, gap, due})
				}
			}
			due = delay(host)
		}
	}
	return found, least
}

// fetched counts how often each article was answered with 200, and what nobody asked for.
func fetched(s *site, all []seen) (want, missing, twice, forbidden int, example string) {
	got := map[string]int{}
	for _, q := range all {
		if q.status == 200 {
			got[q.host+q.path]++
		}
		if strings.HasPrefix(q.path, "/secret/") && s.kindOf(indexOf(q.host)) <= delayed {
			forbidden++
		}
		if strings.HasPrefix(q.path, "/a/") && s.kindOf(indexOf(q.host)) == closed {
			forbidden++
		}
	}
	for i := range s.hosts {
		for _, path := range s.articles(i) {
			want++
			switch n := got[hostName(i)+path]; {
			case n == 0:
				missing++
				example = hostName(i) + path
			case n > 1:
				twice++
			}
		}
	}
	return want, missing, twice, forbidden, example
}

func indexOf(host string) int {
	var i int
	_, _ = fmt.Sscanf(host, "h%05d", &i)
	return i
}
