package main

import (
	"time"

	"github.com/alecthomas/kong"
)

// settings are all settings of newsmill. Each has one name: the flag --name, the variable NEWSMILL_NAME (upper case, hyphens as
// underscores) and the key name of the settings file. A flag wins over the variable, the variable over the file, the file over the
// default. docs/settings.md is generated from this struct.
type settings struct {
	Config kong.ConfigFlag `help:"File with settings (YAML: name: value)." placeholder:"FILE" group:"General"`

	General       generalSettings       `embed:"" group:"General"`
	NATS          natsSettings          `embed:"" group:"NATS JetStream"`
	Elasticsearch elasticsearchSettings `embed:"" group:"Elasticsearch"`
	Crawler       crawlerSettings       `embed:"" group:"Crawler"`
	Workers       workerSettings        `embed:"" group:"Normalizer and indexer"`
	HTTP          httpSettings          `embed:"" group:"Watching"`
}

type generalSettings struct {
	Data      string        `help:"Folder for everything that newsmill keeps on this machine: the NATS store, the local Elasticsearch." default:"${data}" placeholder:"DIR"`
	LogLevel  string        `help:"Least level that is logged: debug, info, warn or error. auto is warn for run on a terminal, else info." default:"auto" enum:"auto,debug,info,warn,error"`
	LogFormat string        `help:"Form of the log lines: text or json." default:"text" enum:"text,json"`
	Drain     time.Duration `help:"How long work under way gets when the program is told to stop." default:"20s"`
}

type natsSettings struct {
	Nats         string        `help:"Address of the NATS server or cluster (nats://host:port, several separated by commas; tls:// for TLS). run starts its own where this is empty." placeholder:"URL"`
	NatsCreds    string        `help:"Credentials file (.creds) for NATS." placeholder:"FILE"`
	NatsNkey     string        `help:"File with the nkey seed for NATS." placeholder:"FILE"`
	NatsUser     string        `help:"User for NATS."`
	NatsPassword string        `help:"Password for NATS; give it as variable or in the file."`
	NatsCa       string        `help:"PEM file of the certificate authority of the NATS servers." placeholder:"FILE"`
	NatsCert     string        `help:"PEM file of the client certificate for NATS." placeholder:"FILE"`
	NatsKey      string        `help:"PEM file of the client key for NATS." placeholder:"FILE"`
	NatsReplicas int           `help:"Replicas of every stream and bucket: 1, or 3 on a cluster." default:"1"`
	NatsListen   string        `help:"Where the NATS server that run starts listens, for monitors. Empty is 127.0.0.1:4222, or a free port where that is taken." placeholder:"HOST:PORT"`
	RawBytes     int64         `help:"Most bytes that the stream RAW holds." default:"8589934592"`
	ArticleBytes int64         `help:"Most bytes that the stream ARTICLES holds." default:"4294967296"`
	EventBytes   int64         `help:"Most bytes that the stream EVENTS holds." default:"1073741824"`
	DeadBytes    int64         `help:"Most bytes that the stream DEAD holds." default:"2147483648"`
	Retention    time.Duration `help:"How long pages and articles stay in RAW and ARTICLES for replay after they have been worked on." default:"168h"`
}

type elasticsearchSettings struct {
	Elasticsearch            []string `help:"Addresses of the Elasticsearch cluster, separated by commas. run starts a local node where this is empty." placeholder:"URL"`
	Index                    string   `help:"Alias that the articles are read through; the indices are named after it." default:"news"`
	ElasticsearchUser        string   `help:"User for Elasticsearch."`
	ElasticsearchPassword    string   `help:"Password for Elasticsearch; give it as variable or in the file."`
	ElasticsearchApiKey      string   `help:"API key for Elasticsearch; give it as variable or in the file."`
	ElasticsearchCa          string   `help:"PEM file of the certificate authority of Elasticsearch." placeholder:"FILE"`
	ElasticsearchFingerprint string   `help:"SHA-256 fingerprint of Elasticsearch's certificate authority, in hex."`
	ElasticsearchReplicas    int      `help:"Replicas of each index; 0 chooses none on one node and 1 on more; -1 is none."`
	ElasticsearchPort        int      `help:"Port of the local Elasticsearch that run starts; 0 is 9200, or a free port where that is taken."`
	ElasticsearchHeap        string   `help:"Heap of the local Elasticsearch that run starts." default:"512m"`
}

type crawlerSettings struct {
	Seeds       []string          `help:"Source files or folders of source files (*.yaml). run crawls the bundled demo site where none is given." placeholder:"PATH"`
	Contact     string            `help:"Address of a page or mailbox where a site's owner reaches you; part of the User-Agent. Without it nothing beyond loopback is crawled." placeholder:"URL"`
	UserAgent   string            `help:"Product name in the User-Agent and in robots.txt." default:"newsmill"`
	Slots       int               `help:"Hosts that one crawler asks at the same time." default:"32"`
	Delay       time.Duration     `help:"Least time between two requests to one host, where its source and robots.txt say nothing longer." default:"1s"`
	DelayFactor float64           `help:"The same as a multiple of what the last answer took, where that is longer; 0 turns it off." default:"3"`
	LogRequests bool              `help:"Log every request to a host (robots.txt and redirects too) with host, start, end, status and the delay that it kept, at level info instead of debug."`
	Proxy       string            `help:"HTTP proxy for fetching; empty takes HTTP_PROXY, HTTPS_PROXY and NO_PROXY; none uses no proxy." placeholder:"URL"`
	FetchCa     string            `help:"PEM file with certificate authorities that sites are trusted by, besides those of the system." placeholder:"FILE"`
	Resolve     map[string]string `help:"Addresses for names, past DNS: name=ip:port, several separated by semicolons." placeholder:"NAME=ADDR"`
	PageBytes   int64             `help:"Most bytes of a page, after decompression." default:"10485760"`
	FetchTime   time.Duration     `help:"Most time for one fetch with its redirects." default:"60s"`
}

type workerSettings struct {
	NormalizerWorkers int           `help:"Pages that one normalizer works on at the same time." default:"2"`
	NormalizerTimeout time.Duration `help:"Most time for one page in the normalizer." default:"30s"`
	SiteMemory        bool          `help:"Drop lines that come again on other pages of the same host; --no-site-memory turns it off." default:"true" negatable:""`
	IndexerBatch      int           `help:"Most articles in one bulk request." default:"500"`
	IndexerWorkers    int           `help:"Bulk requests that one indexer has under way at the same time." default:"2"`
}

type httpSettings struct {
	HTTP      string   `help:"Where /metrics, /healthz, /readyz and, with run, the console listen. Empty is 127.0.0.1:8080, or a free port where that is taken; none turns it off." name:"http" placeholder:"HOST:PORT"`
	HTTPNames []string `help:"Host names by which the console may be asked besides those of loopback, where it listens wider." name:"http-names" placeholder:"NAME"`
	Pprof     string   `help:"Where /debug/pprof listens; loopback only; empty turns it off." placeholder:"HOST:PORT"`
}
