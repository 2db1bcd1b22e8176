package news

import "time"

// Indexed is the payload of news.indexed.<source>.<host>: Elasticsearch has accepted this version of the article, and finds it
// within the index's refresh interval (1 s).
type Indexed struct {
	V         int       `json:"v"`
	ID        string    `json:"id" jsonschema_description:"article id"`
	URL       string    `json:"url"`
	Source    string    `json:"source"`
	Title     string    `json:"title"`
	Index     string    `json:"index" jsonschema_description:"the concrete index; read through the alias instead"`
	Version   int64     `json:"version"`
	IndexedAt time.Time `json:"indexed_at"`
}

// Discarded is the payload of news.discarded.<stage>.<source>.<host>: a rule set this URL or article aside, and trying again
// would decide the same.
type Discarded struct {
	V       int       `json:"v"`
	Stage   Stage     `json:"stage" jsonschema:"enum=crawler,enum=normalizer,enum=indexer"`
	Reason  string    `json:"reason" jsonschema_description:"a code of the table of reasons"`
	Detail  string    `json:"detail,omitempty" jsonschema_description:"for people; may change"`
	URL     string    `json:"url"`
	Source  string    `json:"source"`
	ID      string    `json:"id,omitempty" jsonschema_description:"article id where there is an article"`
	Version int64     `json:"version,omitempty"`
	Title   string    `json:"title,omitempty"`
	At      time.Time `json:"at"`
}

// Gone is the payload of news.gone.<source>.<host>: these articles are no more at their URL.
type Gone struct {
	V       int       `json:"v"`
	URL     string    `json:"url"`
	Source  string    `json:"source"`
	IDs     []string  `json:"ids" jsonschema_description:"article ids"`
	Whole   bool      `json:"whole,omitempty" jsonschema_description:"every article that was read at url is gone, also those that ids does not name: who sees a page go may not know what was on it"`
	Version int64     `json:"version" jsonschema_description:"wins over every older version of these articles"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// Alert is the payload of news.alert.<watch>: an article matched a saved query.
type Alert struct {
	V     int       `json:"v"`
	Watch string    `json:"watch" jsonschema_description:"name of the saved query"`
	ID    string    `json:"id"`
	URL   string    `json:"url"`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
}

// Payloads lists a zero value of every JSON payload by the name of its schema file.
func Payloads() map[string]any {
	return map[string]any{
		"article":   &Article{},
		"indexed":   &Indexed{},
		"discarded": &Discarded{},
		"gone":      &Gone{},
		"alert":     &Alert{},
	}
}
