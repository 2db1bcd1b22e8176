package elastic

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// MigrateCommand is what brings indices of an older mapping to this one.
const MigrateCommand = "newsmill index migrate"

// Setup makes the cluster ready for writing: it checks that this is an Elasticsearch of a known version and that every index in use has a
// mapping of this version, stores the index template, and adds to older months the fields that came since. It is idempotent, and any
// number of processes may run it at once. It refuses with ErrNotElastic or ErrMapping, saying what to do, before it changes anything; with
// ErrOlder too where Migrate would mend it.
func (c *Client) Setup(ctx context.Context) (Info, error) { return c.setup(ctx, "") }

// SetupProfile is Setup, and chooses how Chinese words are cut in the months to come. It returns ErrAnalyzer where the cluster lacks what the
// profile needs. Months that are there stay as they are until Migrate.
func (c *Client) SetupProfile(ctx context.Context, p Profile) (Info, error) { return c.setup(ctx, p) }

func (c *Client) setup(ctx context.Context, chosen Profile) (Info, error) {
	info, indices, err := c.survey(ctx)
	if err != nil {
		return Info{}, err
	}
	for _, i := range indices {
		if err := c.check(i, indices); err != nil {
			return Info{}, err
		}
	}
	if err := c.choose(ctx, chosen); err != nil {
		return Info{}, err
	}
	for _, i := range indices {
		if i.Mapping == MappingVersion && i.Revision < MappingRevision {
			if err := c.putMapping(ctx, i.Name, mapping(i.Profile)); err != nil {
				return Info{}, fmt.Errorf("adding new fields to index %s: %w", i.Name, err)
			}
		}
	}
	return info, nil
}

// survey checks who answers and lists what is there.
func (c *Client) survey(ctx context.Context) (Info, []Index, error) {
	info, err := c.Info(ctx)
	if err != nil {
		return Info{}, nil, err
	}
	indices, err := c.Indices(ctx)
	return info, indices, err
}

// choose settles the profile (empty: the one of the template, or the default) and stores the template.
func (c *Client) choose(ctx context.Context, chosen Profile) error {
	stored, found, err := c.readTemplate(ctx)
	if err != nil {
		return err
	}
	p := cmp.Or(chosen, stored.Newsmill.Analyzer, c.Profile())
	if !slices.Contains(Profiles, p) {
		return fmt.Errorf("%w: the index template %s has the analyzer %q, which this version does not know: run the newer newsmill", ErrMapping, c.templateName(), p)
	}
	if !found || stored.Newsmill.Analyzer != p {
		if err := c.Supports(ctx, p); err != nil {
			return err
		}
	}
	c.mu.Lock()
	c.profile = p
	if chosen != "" {
		clear(c.months)
	}
	c.mu.Unlock()
	return c.putTemplate(ctx, p, stored)
}

// Supports asks the cluster whether it has what a profile needs. The error wraps ErrAnalyzer and names the plugin.
func (c *Client) Supports(ctx context.Context, p Profile) error {
	w, ok := wordSources[p]
	if !ok {
		return nil
	}
	for _, tokenizer := range []string{w.tokenizer, w.search} {
		body, err := json.Marshal(object{"tokenizer": tokenizer, "text": "新闻"})
		if err != nil {
			return err
		}
		err = c.do(ctx, esapi.IndicesAnalyzeRequest{Body: bytes.NewReader(body)}, nil)
		if errors.Is(err, ErrRejected) {
			return fmt.Errorf("%w %s: this cluster has no tokenizer %s: install the plugin %s on every node, or choose another analyzer", ErrAnalyzer, p, tokenizer, w.plugin)
		}
		if err != nil {
			return fmt.Errorf("looking for tokenizer %s: %w", tokenizer, err)
		}
	}
	return nil
}

func (c *Client) putMapping(ctx context.Context, index string, m any) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return c.do(ctx, esapi.IndicesPutMappingRequest{Index: []string{index}, Body: bytes.NewReader(b)}, nil)
}

// Index is one index of the alias or of its naming scheme.
type Index struct {
	Name     string
	UUID     string
	Month    Month   // empty for one that is not newsmill's
	Mapping  int     // version in its _meta; 0 where it has none
	Revision int     // in its _meta
	Profile  Profile // in its _meta; ProfileCJK where there is none
	Member   bool    // of the read alias
	Writes   bool    // the write alias of its month points here

	copied copied
}

// inUse tells whether readers or writers see it.
func (i Index) inUse() bool { return i.Member || i.Writes }

// Indices lists every index that belongs to the alias or is named as if it did, by name.
func (c *Client) Indices(ctx context.Context) ([]Index, error) {
	yes := true
	var body map[string]struct {
		Aliases  map[string]any `json:"aliases"`
		Mappings struct {
			Meta meta `json:"_meta"`
		} `json:"mappings"`
		Settings struct {
			Index struct {
				UUID string `json:"uuid"`
			} `json:"index"`
		} `json:"settings"`
	}
	err := c.do(ctx, esapi.IndicesGetRequest{
		Index:             []string{c.config.Alias, c.allIndices()},
		IgnoreUnavailable: &yes, AllowNoIndices: &yes,
		FilterPath: []string{"*.aliases", "*.mappings._meta", "*.settings.index.uuid"},
	}, &body)
	if err != nil {
		return nil, fmt.Errorf("listing indices: %w", err)
	}
	var list []Index
	for _, name := range slices.Sorted(maps.Keys(body)) {
		b := body[name]
		m := b.Mappings.Meta.Newsmill
		i := Index{Name: name, UUID: b.Settings.Index.UUID, Mapping: m.Mapping, Revision: m.Revision, Profile: cmp.Or(m.Analyzer, ProfileCJK), copied: m.Copied}
		_, i.Member = b.Aliases[c.config.Alias]
		if _, month, ours := c.parseIndex(name); ours {
			i.Month = month
			_, i.Writes = b.Aliases[c.writeAlias(month)]
		} else if !i.Member && name != c.config.Alias {
			continue // the pattern also matches news-video-archive
		}
		list = append(list, i)
	}
	return list, nil
}

// check refuses an index that this version would misread or write wrongly.
func (c *Client) check(i Index, all []Index) error {
	switch {
	case i.Name == c.config.Alias:
		return fmt.Errorf("%w: %s is an index and must be an alias: something else wrote to it; delete or rename it, or set another alias", ErrMapping, i.Name)
	case i.Month == "":
		return fmt.Errorf("%w: index %s is in the alias %s and not newsmill's: take it out of the alias, or set another alias", ErrMapping, i.Name, c.config.Alias)
	case i.Mapping == MappingVersion || replaced(i, all):
		return nil
	case i.Mapping == 0:
		return fmt.Errorf("%w: index %s has no mapping version: something else made it; delete or rename it, or set another alias", ErrMapping, i.Name)
	case i.Mapping > MappingVersion:
		return fmt.Errorf("%w: index %s has mapping %d, and this version knows %d: run the newer newsmill", ErrMapping, i.Name, i.Mapping, MappingVersion)
	default:
		return fmt.Errorf("%w: %w: %s has mapping %d, and this version writes %d: run %q", ErrMapping, ErrOlder, i.Name, i.Mapping, MappingVersion, MigrateCommand)
	}
}

// replaced tells that nobody uses an index any more, because another has the month.
func replaced(i Index, all []Index) bool {
	return !i.inUse() && slices.ContainsFunc(all, func(o Index) bool { return o.Month == i.Month && o.Member && o.Writes })
}

// readTemplate gives the _meta of the index template, if there is one.
func (c *Client) readTemplate(ctx context.Context) (m meta, found bool, err error) {
	var body struct {
		Templates []struct {
			Template struct {
				Meta meta `json:"_meta"`
			} `json:"index_template"`
		} `json:"index_templates"`
	}
	err = c.do(ctx, esapi.IndicesGetIndexTemplateRequest{Name: c.templateName(), FilterPath: []string{"index_templates.index_template._meta"}}, &body)
	if isStatus(err, http.StatusNotFound) {
		return meta{}, false, nil
	}
	if err != nil {
		return meta{}, false, fmt.Errorf("reading index template %s: %w", c.templateName(), err)
	}
	if len(body.Templates) == 0 {
		return meta{}, true, nil // without _meta
	}
	return body.Templates[0].Template.Meta, true, nil
}

// putTemplate stores the index template for the profile, unless a newer release has stored its own.
func (c *Client) putTemplate(ctx context.Context, p Profile, stored meta) error {
	if stored.Newsmill.Revision > MappingRevision {
		if q := cmp.Or(stored.Newsmill.Analyzer, ProfileCJK); q != p {
			return fmt.Errorf("%w: the index template %s is a newer newsmill's and has the analyzer %s: change it with that one", ErrMapping, c.templateName(), q)
		}
		return nil
	}
	t, err := c.template(p)
	if err != nil {
		return err
	}
	if err := c.do(ctx, esapi.IndicesPutIndexTemplateRequest{Name: c.templateName(), Body: bytes.NewReader(t)}, nil); err != nil {
		if errors.Is(err, ErrRejected) { // another template with the same pattern and priority
			err = fmt.Errorf("%w: %w", ErrSetup, err)
		}
		return fmt.Errorf("storing index template %s: %w", c.templateName(), err)
	}
	return nil
}

// EnsureMonth makes sure that a month can be written to: its index is there, made by the template, with its write alias. It is
// idempotent and safe against other processes, and asks the cluster once a month and process (and again after a write found the month missing).
func (c *Client) EnsureMonth(ctx context.Context, m Month) error {
	c.mu.Lock()
	known := c.months[string(m)]
	c.mu.Unlock()
	if known {
		return nil
	}
	if err := c.createMonth(ctx, m); err != nil {
		return fmt.Errorf("month %s: %w", m, err)
	}
	c.mu.Lock()
	c.months[string(m)] = true
	c.mu.Unlock()
	return nil
}

func (c *Client) createMonth(ctx context.Context, m Month) error {
	res := esapi.IndicesExistsAliasRequest{Name: []string{c.writeAlias(m)}}
	err := c.do(ctx, res, nil)
	if err == nil {
		return nil
	}
	if !isStatus(err, http.StatusNotFound) {
		return err
	}
	if err := c.choose(ctx, ""); err != nil { // it may have been deleted since Setup, and the index would have guessed fields; or another profile was chosen
		return err
	}
	body := fmt.Sprintf(`{"aliases":{%q:{},%q:{"is_hidden":true}}}`, c.config.Alias, c.writeAlias(m))
	err = c.do(ctx, esapi.IndicesCreateRequest{Index: c.Index(m), Body: bytes.NewReader([]byte(body))}, nil)
	if isType(err, "resource_already_exists_exception") {
		// Another process was faster, or the index came back from a snapshot without its write alias.
		return c.adopt(ctx, m)
	}
	if errors.Is(err, ErrRejected) {
		return fmt.Errorf("%w: %w", ErrSetup, err)
	}
	return err
}

// adopt gives an index that is there its aliases, if its mapping is ours.
func (c *Client) adopt(ctx context.Context, m Month) error {
	indices, err := c.Indices(ctx)
	if err != nil {
		return err
	}
	for _, i := range indices {
		if i.Name == c.Index(m) {
			if err := c.check(i, indices); err != nil {
				return err
			}
		}
	}
	body := fmt.Sprintf(`{"actions":[{"add":{"index":%q,"alias":%q}},{"add":{"index":%q,"alias":%q,"is_hidden":true}}]}`,
		c.Index(m), c.config.Alias, c.Index(m), c.writeAlias(m))
	return c.do(ctx, esapi.IndicesUpdateAliasesRequest{Body: bytes.NewReader([]byte(body))}, nil)
}

// forget makes EnsureMonth look again.
func (c *Client) forget(m Month) {
	c.mu.Lock()
	delete(c.months, string(m))
	c.mu.Unlock()
}

func isStatus(err error, status int) bool {
	var f *Fault
	return errors.As(err, &f) && f.Status == status
}

func isType(err error, kind string) bool {
	var f *Fault
	return errors.As(err, &f) && f.Type == kind
}
