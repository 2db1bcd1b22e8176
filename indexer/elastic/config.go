package elastic

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Defaults of Config.
const (
	DefaultURL       = "http://127.0.0.1:9200"
	DefaultAlias     = "news"
	DefaultTimeout   = 60 * time.Second
	DefaultBulkBytes = 8 << 20
)

// Config says how to reach Elasticsearch and how indices are made. The zero value of a field gives the default named there.
// Printing or logging it shows no secret.
type Config struct {
	URLs        []string      // http or https; default DefaultURL. Several are nodes of one cluster, tried in turn. user:password@ is allowed, the same in all
	Username    string        // for basic authentication, with Password
	Password    string        //
	APIKey      string        // base64 form, instead of Username
	CA          string        // path of a PEM file with the certificates to trust; default the system's
	Fingerprint string        // hex SHA-256 of a certificate of the chain to trust, instead of CA
	Timeout     time.Duration // of one request; default DefaultTimeout
	Alias       string        // read alias and prefix of the indices; default DefaultAlias
	Shards      int           // primaries of a month; default 1
	Replicas    int           // of each shard; default as many as the nodes allow up to 1 (none on one data node); -1 for none
	BulkBytes   int           // most bytes of one bulk request before compression; default DefaultBulkBytes
}

// ErrConfig is returned for settings that cannot be.
var ErrConfig = errors.New("elasticsearch settings")

var (
	aliasForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,99}$`)
	// versionedForm is what would make the alias look like one of its own indices.
	versionedForm = regexp.MustCompile(`-(v[0-9]+(_[a-z0-9]+)?|write)-`)
)

// Validate names the first setting that cannot be. The error wraps ErrConfig and shows no secret.
func (c Config) Validate() error {
	if _, _, err := c.nodes(); err != nil {
		return err
	}
	if c.APIKey != "" && (c.Username != "" || c.Password != "") {
		return fmt.Errorf("%w: an API key and a user name exclude each other", ErrConfig)
	}
	if (c.Username == "") != (c.Password == "") {
		return fmt.Errorf("%w: a user name and a password go together", ErrConfig)
	}
	if c.CA != "" && c.Fingerprint != "" {
		return fmt.Errorf("%w: a CA file and a certificate fingerprint exclude each other", ErrConfig)
	}
	if b, err := hex.DecodeString(c.fingerprint()); err != nil || len(b) != 0 && len(b) != 32 {
		return fmt.Errorf("%w: the certificate fingerprint is not the 64 hex digits of a SHA-256", ErrConfig)
	}
	if c.Alias != "" && (!aliasForm.MatchString(c.Alias) || versionedForm.MatchString(c.Alias+"-")) {
		return fmt.Errorf("%w: alias %q: want lower-case letters, digits, - and _, and no -v1 or -write in it", ErrConfig, c.Alias)
	}
	for _, f := range []struct {
		name string
		v    int64
	}{
		{"timeout", int64(c.Timeout)}, {"shards", int64(c.Shards)}, {"replicas below -1", int64(c.Replicas) + 1}, {"bulk bytes", int64(c.BulkBytes)},
	} {
		if f.v < 0 {
			return fmt.Errorf("%w: %s: must not be negative", ErrConfig, f.name)
		}
	}
	return nil
}

// nodes parses the URLs, takes the user out of them, and gives it.
func (c Config) nodes() ([]*url.URL, *url.Userinfo, error) {
	raws := c.URLs
	if len(raws) == 0 {
		raws = []string{DefaultURL}
	}
	var user *url.Userinfo
	var urls []*url.URL
	for i, raw := range raws {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
			return nil, nil, fmt.Errorf("%w: address %q: want http://host:port or https://host:port", ErrConfig, redact(raw))
		}
		if i > 0 && u.User.String() != user.String() {
			return nil, nil, fmt.Errorf("%w: the addresses carry different users", ErrConfig)
		}
		user, u.User = u.User, nil
		urls = append(urls, u)
	}
	if user != nil && (c.Username != "" || c.APIKey != "") {
		return nil, nil, fmt.Errorf("%w: a user in the address excludes a user name or an API key", ErrConfig)
	}
	return urls, user, nil
}

// redact takes what stands before the last @ out of an address, parsable or not.
func redact(raw string) string {
	i := strings.LastIndexByte(raw, '@')
	if i < 0 {
		return raw
	}
	scheme, _, ok := strings.Cut(raw[:i], "://")
	if !ok {
		return "..." + raw[i:]
	}
	return scheme + "://..." + raw[i:]
}

func (c Config) fingerprint() string { return strings.ReplaceAll(c.Fingerprint, ":", "") }

func (c Config) withDefaults() Config {
	if len(c.URLs) == 0 {
		c.URLs = []string{DefaultURL}
	}
	if c.Alias == "" {
		c.Alias = DefaultAlias
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.BulkBytes == 0 {
		c.BulkBytes = DefaultBulkBytes
	}
	if c.Shards == 0 {
		c.Shards = 1
	}
	return c
}

// String gives the settings without secrets.
func (c Config) String() string {
	c = c.withDefaults()
	urls := make([]string, len(c.URLs))
	for i, u := range c.URLs {
		urls[i] = redact(u)
	}
	return strings.Join(urls, ",") + "/" + c.Alias
}

// GoString is String: %#v shows no secret either.
func (c Config) GoString() string { return "elastic.Config(" + c.String() + ")" }

// LogValue is String for slog.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
