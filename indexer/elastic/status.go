package elastic

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Standing is what an index is to this version.
type Standing string

// The standings.
const (
	Current Standing = "current" // readers and writers use it, and it is as this version would make it
	Older   Standing = "older"   // in use, of an earlier version or another analyzer: migrate
	Newer   Standing = "newer"   // of a newer version
	Kept    Standing = "kept"    // its month is in another index now: rollback goes back to it, expire deletes it
	Filling Standing = "filling" // a migration that is under way or was killed fills it: migrate goes on
	Foreign Standing = "foreign" // not newsmill's
)

// State is an Index with what it holds.
type State struct {
	Index
	Standing Standing
	Docs     int64
	Bytes    int64 // on the disks of its primaries
}

// Status lists the indices by name. It changes nothing and refuses nothing.
func (c *Client) Status(ctx context.Context) ([]State, error) {
	_, indices, err := c.survey(ctx)
	if err != nil {
		return nil, err
	}
	stored, _, err := c.readTemplate(ctx)
	if err != nil {
		return nil, err
	}
	want := stored.Newsmill.Analyzer
	if want == "" {
		want = c.Profile()
	}
	states := make([]State, len(indices))
	for n, i := range indices {
		states[n] = State{Index: i, Standing: c.standing(i, want, indices)}
		if states[n].Docs, states[n].Bytes, err = c.sizes(ctx, i.Name); err != nil {
			return nil, err
		}
	}
	return states, nil
}

func (c *Client) standing(i Index, want Profile, all []Index) Standing {
	to := c.indexOf(MappingVersion, want, i.Month)
	switch {
	case i.Month == "" || i.Mapping == 0:
		return Foreign
	case i.Mapping > MappingVersion:
		return Newer
	case i.Name == to && len(i.copied) > 0 && !i.Member:
		if replaced(i, all) {
			return Kept // left by a rollback
		}
		return Filling
	case i.Name == to:
		return Current
	case replaced(i, all):
		return Kept
	}
	return Older
}

func (c *Client) sizes(ctx context.Context, index string) (docs, bytes int64, err error) {
	var body struct {
		All struct {
			Primaries struct {
				Docs  struct{ Count int64 }
				Store struct {
					Size int64 `json:"size_in_bytes"`
				}
			}
		} `json:"_all"`
	}
	err = c.do(ctx, esapi.IndicesStatsRequest{Index: []string{index}, Metric: []string{"docs", "store"}, FilterPath: []string{"_all.primaries"}}, &body)
	if err != nil {
		return 0, 0, fmt.Errorf("reading the size of %s: %w", index, err)
	}
	return body.All.Primaries.Docs.Count, body.All.Primaries.Store.Size, nil
}

// Expired lists what Expire would be asked to delete: the indices that a migration kept, or with before the months before that one, kept and
// in use.
func (c *Client) Expired(ctx context.Context, before Month) ([]State, error) {
	all, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s State) bool {
		if s.Standing == Foreign {
			return true
		}
		if before != "" {
			return s.Month >= before
		}
		return s.Standing != Kept
	}), nil
}

// Expire deletes indices for good, by their names, one by one. One that is gone already is no error; one that is not newsmill's is refused.
func (c *Client) Expire(ctx context.Context, names []string) error {
	for _, name := range names {
		_, m, ours := c.parseIndex(name)
		if !ours {
			return fmt.Errorf("%w: %s is not newsmill's", ErrMapping, name)
		}
		if err := c.do(ctx, esapi.IndicesDeleteRequest{Index: []string{name}}, nil); err != nil && !isStatus(err, http.StatusNotFound) {
			return fmt.Errorf("deleting %s: %w", name, err)
		}
		c.forget(m)
	}
	return nil
}
