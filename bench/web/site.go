package main

import (
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// kind is how a host behaves.
type kind int

const (
	plain   kind = iota
	slow         // every answer takes 300 to 800 ms
	delayed      // Crawl-delay: 3
	refuses      // every eighth answer is a 429, with Retry-After
	faulty       // two pages always answer 500, two redirect in a loop, one is gone
	endless      // a listing whose next pages never end
	closed       // robots.txt forbids all but the listing
	dead         // takes connections and never answers
	kinds
)

var kindNames = [kinds]string{"plain", "slow", "delayed", "refuses", "faulty", "endless", "closed", "dead"}

// suffix is below which all hosts of the web lie; example is reserved (RFC 2606).
const suffix = ".web.example"

func hostName(i int) string { return fmt.Sprintf("h%05d%s", i, suffix) }

// site is a web of hosts. mixed says whether there are other kinds than plain.
type site struct {
	hosts, pages int
	mixed        bool
	slow         time.Duration // the least that a slow host takes
	filler       string        // text that makes a page as long as it shall be

	asked atomic.Int64
	since atomic.Int64 // Unix nanoseconds of the first request since reset
	mu    sync.Mutex
	log   []seen
	open  map[string]int // requests under way, by host
	most  int            // most of them at a time on one host
	turns map[string]int // of hosts that refuse
	noLog bool
}

// seen is one request as the web saw it.
type seen struct {
	host, path string
	status     int
	start, end time.Time
}

func newSite(hosts, pages, bytes int, mixed bool) *site {
	s := &site{hosts: hosts, pages: pages, mixed: mixed, slow: 300 * time.Millisecond, open: map[string]int{}, turns: map[string]int{}}
	const line = "<p class=\"text\">云海市今天举行会议，研究明年的工作，市民代表在会上发言，记者在现场看到，新的图书馆已经开放。</p>\n"
	s.filler = strings.Repeat(line, max(bytes/len(line), 1))
	return s
}

// kindOf spreads the kinds over the hosts: of twenty, thirteen are plain and one each is of another kind.
func (s *site) kindOf(i int) kind {
	if k := kind(i % 20); s.mixed && k < kinds {
		return k
	}
	return plain
}

// articles are the addresses of a host that must end as a page in RAW.
func (s *site) articles(i int) []string {
	var out []string
	switch k := s.kindOf(i); k {
	case closed, dead:
	case faulty:
		for p := 5; p < s.pages; p++ {
			out = append(out, articlePath(p))
		}
	default:
		for p := range s.pages {
			out = append(out, articlePath(p))
		}
	}
	return out
}

func articlePath(p int) string { return fmt.Sprintf("/a/%d.html", p) }

// ServeHTTP answers for every host, also where it is asked as a proxy.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	i, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(host, suffix), "h"))
	if err != nil || i < 0 || i >= s.hosts {
		http.Error(w, "no such host", http.StatusBadGateway)
		return
	}
	start := time.Now()
	s.asked.Add(1)
	s.since.CompareAndSwap(0, start.UnixNano())
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	if s.noLog {
		s.answer(rec, r, host, i)
		return
	}
	s.mu.Lock()
	s.open[host]++
	s.most = max(s.most, s.open[host])
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open[host]--
		s.log = append(s.log, seen{host, r.URL.Path, rec.status, start, time.Now()})
	}()
	s.answer(rec, r, host, i)
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (s *site) answer(w *recorder, r *http.Request, host string, i int) {
	k := s.kindOf(i)
	switch k {
	case dead:
		w.status = 0
		panic(http.ErrAbortHandler) // the connection is closed without an answer
	case slow:
		time.Sleep(s.slow + s.slow*time.Duration(hash(r.URL.Path)%500)/300)
	case refuses:
		s.mu.Lock()
		s.turns[host]++
		turn := s.turns[host]
		s.mu.Unlock()
		if turn%8 == 0 {
			w.Header().Set("Retry-After", "4")
			http.Error(w, "slower", http.StatusTooManyRequests)
			return
		}
	}
	switch path := r.URL.Path; {
	case path == "/robots.txt":
		s.robots(w, k)
	case path == "/" || strings.HasPrefix(path, "/list_"):
		s.listing(w, k, path)
	default:
		s.article(w, r, k, i)
	}
}

func (s *site) robots(w http.ResponseWriter, k kind) {
	switch k {
	case delayed:
		fmt.Fprint(w, "User-agent: *\nCrawl-delay: 3\nDisallow: /secret/\n")
	case closed:
		fmt.Fprint(w, "User-agent: *\nDisallow: /a/\n")
	case plain, slow:
		fmt.Fprint(w, "User-agent: *\nDisallow: /secret/\n")
	default:
		http.Error(w, "none", http.StatusNotFound)
	}
}

func (s *site) listing(w http.ResponseWriter, k kind, path string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><html><head><title>云海新闻</title></head><body><ul>\n")
	page, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path, "/list_"), ".html"))
	if page == 0 {
		for p := range s.pages {
			fmt.Fprintf(&b, "<li><a href=\"%s\">云海新闻第%d条，市里举行会议</a></li>\n", articlePath(p), p)
		}
		b.WriteString("<li><a href=\"/secret/1.html\">内部资料，不对外公开的一页</a></li>\n")
	}
	b.WriteString("</ul>")
	if k == endless {
		fmt.Fprintf(&b, "<a href=\"/list_%d.html\">下一页</a>", page+1)
	}
	b.WriteString("</body></html>")
	_, _ = w.Write([]byte(b.String()))
}

func (s *site) article(w http.ResponseWriter, r *http.Request, k kind, i int) {
	p, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/a/"), ".html"))
	if err != nil || p >= s.pages || !strings.HasPrefix(r.URL.Path, "/a/") {
		http.NotFound(w, r)
		return
	}
	if k == faulty {
		switch p {
		case 0, 1:
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		case 2, 3:
			http.Redirect(w, r, articlePath(5-p), http.StatusFound)
			return
		case 4:
			http.Error(w, "gone", http.StatusGone)
			return
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>云海新闻第%d条</title></head><body><h1>云海新闻第%d条</h1>\n<p>第%d台主机，第%d页。</p>\n%s</body></html>", p, p, i, p, s.filler)
}

func hash(s string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return int(h.Sum32() & 0xffffff)
}

// first is when the first request came; false where none did.
func (s *site) first() (time.Time, bool) {
	ns := s.since.Load()
	return time.Unix(0, ns), ns != 0
}

// records gives what was seen, in no order.
func (s *site) records() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen(nil), s.log...)
}

// serve answers on a free loopback port until close is called.
func (s *site) serve() (addr string, close func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	return l.Addr().String(), func() { _ = server.Close() }, nil
}
