package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	recentEvents = 60   // that a page which opens is shown at once
	clientBuffer = 1024 // events that a live stream may lag behind
	heartbeat    = 15 * time.Second
	writeTimeout = 10 * time.Second
)

// hub hands events to live streams. It never waits for one: a stream whose buffer is full is ended, and its browser comes back.
type hub struct {
	mu      sync.Mutex
	clients map[chan event]struct{}
	recent  []event // oldest first
	closed  bool
}

func newHub() *hub { return &hub{clients: map[chan event]struct{}{}} }

func (h *hub) publish(e event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.recent) == recentEvents {
		h.recent = append(h.recent[:0], h.recent[1:]...)
	}
	h.recent = append(h.recent, e)
	for c := range h.clients {
		select {
		case c <- e:
		default:
			h.drop(c)
		}
	}
}

// drop must be called with mu held. The channel is closed here only, and once.
func (h *hub) drop(c chan event) {
	if _, there := h.clients[c]; there {
		delete(h.clients, c)
		close(c)
	}
}

// join gives a channel that begins with the recent events and is closed when the stream must end; ok is false where there is no room.
func (h *hub) join() (c chan event, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.clients) >= maxClients {
		return nil, false
	}
	c = make(chan event, clientBuffer)
	for _, e := range h.recent {
		c <- e
	}
	h.clients[c] = struct{}{}
	return c, true
}

func (h *hub) leave(c chan event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(c)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.clients {
		h.drop(c)
	}
}

// serveLive is a stream of Server-Sent Events (WHATWG HTML, section 9.2), one JSON event a message.
func (k *Console) serveLive(w http.ResponseWriter, r *http.Request) {
	events, ok := k.live.join()
	if !ok {
		fail(w, http.StatusServiceUnavailable, "too many live streams, or stopping")
		return
	}
	defer k.live.leave(events)
	w.Header().Set("Content-Type", "text/event-stream")
	out := stream{w: w, control: http.NewResponseController(w)}
	if out.write(": newsmill\n\n") != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			if out.write(": \n\n") != nil {
				return
			}
		case e, open := <-events:
			if !open || out.event(e) != nil {
				return
			}
		}
	}
}

type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s stream) event(e event) error {
	data, err := json.Marshal(e) // one line: JSON escapes line breaks
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("data: %s\n\n", data))
}

// write gives the browser writeTimeout to take it: one that does not read is dropped.
func (s stream) write(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
