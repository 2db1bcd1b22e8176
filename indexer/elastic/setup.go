package elastic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// MigrateCommand is what brings indices of an older mapping to this one.
const MigrateCommand = "newsmill index migrate"

// Setup makes the cluster ready for writing: it checks that this is an Elasticsearch of a known version and that every index has a
// mapping of this version, stores the index template, and adds to older months the fields that came since. It is idempotent, and any
// number of processes may run it at once. It refuses with ErrNotElastic or ErrMapping, saying what to do, before it changes anything.
func (c *Client) Setup(ctx context.Context) (Info, error) {
	info, err := c.Info(ctx)
	if err != nil {
		return Info{}, err
	}
	indices, err := c.Indices(ctx)
	if err != nil {
		return Info{}, err
	}
	for _, i := range indices {
		if err := c.check(i); err != nil {
			return Info{}, err
		}
	}
	if err := c.putTemplate(ctx); err != nil {
		return Info{}, err
	}
	for _, i := range indices {
		if i.Revision >= MappingRevision {
			continue
		}
		r := esapi.IndicesPutMappingRequest{Index: []string{i.Name}, Body: bytes.NewReader(mappingV1)}
		if err := c.do(ctx, r, nil); err != nil {
			return Info{}, fmt.Errorf("adding new fields to index %s: %w", i.Name, err)
		}
	}
	return info, nil
}

// Index is one index of the alias or of its naming scheme.
type Index struct {
	Name     string
	Mapping  int  // version in its _meta; 0 where it has none
	Revision int  // in its _meta
	Member   bool // of the read alias
}

// Indices lists every index that belongs to the alias or is named as if it did, by name.
func (c *Client) Indices(ctx context.Context) ([]Index, error) {
	yes := true
	var body map[string]struct {
		Aliases  map[string]any `json:"aliases"`
		Mappings struct {
			Meta meta `json:"_meta"`
		} `json:"mappings"`
	}
	err := c.do(ctx, esapi.IndicesGetRequest{
		Index:             []string{c.config.Alias, c.allIndices()},
		IgnoreUnavailable: &yes, AllowNoIndices: &yes,
		FilterPath: []string{"*.aliases", "*.mappings._meta"},
	}, &body)
	if err != nil {
		return nil, fmt.Errorf("listing indices: %w", err)
	}
	var list []Index
	for _, name := range slices.Sorted(maps.Keys(body)) {
		i := body[name]
		_, member := i.Aliases[c.config.Alias]
		if _, _, ours := c.parseIndex(name); !ours && !member && name != c.config.Alias {
			continue // the pattern also matches news-video-archive
		}
		list = append(list, Index{Name: name, Member: member, Mapping: i.Mappings.Meta.Newsmill.Mapping, Revision: i.Mappings.Meta.Newsmill.Revision})
	}
	return list, nil
}

// check refuses an index that this version would misread or write wrongly.
func (c *Client) check(i Index) error {
	_, _, ours := c.parseIndex(i.Name)
	switch {
	case i.Name == c.config.Alias:
		return fmt.Errorf("%w: %s is an index and must be an alias: something else wrote to it; delete or rename it, or set another alias", ErrMapping, i.Name)
	case !ours:
		return fmt.Errorf("%w: index %s is in the alias %s and not newsmill's: take it out of the alias, or set another alias", ErrMapping, i.Name, c.config.Alias)
	case i.Mapping == MappingVersion:
		return nil
	case i.Mapping > MappingVersion:
		return fmt.Errorf("%w: index %s has mapping %d, and this version knows %d: run the newer newsmill", ErrMapping, i.Name, i.Mapping, MappingVersion)
	default:
		return fmt.Errorf("%w: index %s has mapping %d, and this version knows %d: run %q", ErrMapping, i.Name, i.Mapping, MappingVersion, MigrateCommand)
	}
}

// putTemplate stores the index template, unless a newer release has stored its own.
func (c *Client) putTemplate(ctx context.Context) error {
	var body struct {
		Templates []struct {
			Template struct {
				Meta meta `json:"_meta"`
			} `json:"index_template"`
		} `json:"index_templates"`
	}
	err := c.do(ctx, esapi.IndicesGetIndexTemplateRequest{Name: c.templateName()}, &body)
	if err != nil && !isStatus(err, http.StatusNotFound) {
		return fmt.Errorf("reading index template %s: %w", c.templateName(), err)
	}
	if len(body.Templates) == 1 && body.Templates[0].Template.Meta.Newsmill.Revision > MappingRevision {
		return nil
	}
	t, err := c.template()
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
	if err := c.putTemplate(ctx); err != nil { // it may have been deleted since Setup; then the index would have guessed fields
		return err
	}
	body := fmt.Sprintf(`{"aliases":{%q:{"is_hidden":true}}}`, c.writeAlias(m))
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
			if err := c.check(i); err != nil {
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
