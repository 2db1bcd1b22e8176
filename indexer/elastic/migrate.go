package elastic

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Move is one month that is to be brought from one index to another.
type Move struct {
	Month    Month
	From, To string
	Docs     int64 // in From
	uuid     string
}

// Progress is how far a Move is.
type Progress struct {
	Move
	Copied int64 // documents read in this call
	Pass   int   // from 1: the first copies everything, the others what came meanwhile
	Done   bool  // readers and writers have the new index
}

// Plan lists the moves that Migrate would make: every month in use whose index is of an earlier version or of another profile than the
// cluster's template. It changes nothing. The error wraps ErrMapping for an index that no migration mends.
func (c *Client) Plan(ctx context.Context) ([]Move, error) {
	_, indices, err := c.survey(ctx)
	if err != nil {
		return nil, err
	}
	stored, _, err := c.readTemplate(ctx)
	if err != nil {
		return nil, err
	}
	want := cmp.Or(stored.Newsmill.Analyzer, c.Profile())
	var moves []Move
	for _, i := range indices {
		if err := c.check(i, indices); err != nil && !errors.Is(err, ErrOlder) {
			return nil, err
		}
		to := c.indexOf(MappingVersion, want, i.Month)
		if i.Name == to || !i.inUse() && !alone(i, to, indices) {
			continue
		}
		moves = append(moves, Move{Month: i.Month, From: i.Name, To: to, uuid: i.UUID})
	}
	return moves, c.countAll(ctx, moves)
}

// alone tells that nobody uses an index, nor another of its month, and that it is the newest but for the one that it would be copied to: it
// came back from a snapshot without its aliases.
func alone(i Index, to string, all []Index) bool {
	return !slices.ContainsFunc(all, func(o Index) bool {
		newer := o.Mapping > i.Mapping || o.Mapping == i.Mapping && o.Name > i.Name
		return o.Month == i.Month && o.Name != i.Name && (o.inUse() || newer && o.Name != to)
	})
}

func (c *Client) countAll(ctx context.Context, moves []Move) error {
	for n := range moves {
		var err error
		if moves[n].Docs, err = c.countIndex(ctx, moves[n].From); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) countIndex(ctx context.Context, index string) (int64, error) {
	var answer struct {
		Count int64 `json:"count"`
	}
	err := c.do(ctx, esapi.CountRequest{Index: []string{index}}, &answer)
	return answer.Count, err
}

// Migrate brings every month of the Plan to this version, one after another, while readers read and writers write. A month is copied into a
// new index that nobody sees; then writers are pointed there, the old index is closed for writing (which waits for writes under way), what
// came meanwhile is copied, and in one step readers are pointed there too. What was searchable stays so at every moment; what is written in
// the second between the two steps becomes searchable with the second. The old index stays, see Rollback and Expire.
//
// It may be killed and called again at any moment: how far it came is kept in the new index, and every write carries the document's version.
// Two at the same time do the work twice and no harm. What is deleted outright, and not hidden by a tombstone, has to be deleted from every
// index of the alias, also from those that are kept or being filled.
// report (nil: none) is called now and then, and at the end of a month.
func (c *Client) Migrate(ctx context.Context, report func(Progress)) error {
	for {
		moves, err := c.Plan(ctx)
		if err != nil || len(moves) == 0 {
			return err
		}
		if err := c.choose(ctx, ""); err != nil {
			return err
		}
		for _, m := range moves {
			if err := c.move(ctx, m, report); err != nil {
				return fmt.Errorf("month %s from %s to %s: %w", m.Month, m.From, m.To, err)
			}
		}
		// Once more: an earlier release that still writes may have begun a month.
	}
}

// Rollback points readers and writers back to the indices that Migrate kept, after copying to them what was written since. Fields that the
// earlier version does not know are left out of them. It answers with the moves it made; where nothing was kept, none.
func (c *Client) Rollback(ctx context.Context, report func(Progress)) ([]Move, error) {
	_, indices, err := c.survey(ctx)
	if err != nil {
		return nil, err
	}
	var moves []Move
	var profile Profile
	for _, i := range indices {
		if i.Month == "" || !i.inUse() {
			continue
		}
		back := Index{}
		for _, o := range indices {
			if o.Month == i.Month && !o.inUse() && o.Mapping > 0 && o.Mapping <= i.Mapping && (back.Name == "" || o.Mapping > back.Mapping) {
				back = o
			}
		}
		if back.Name == "" {
			continue
		}
		if back.Mapping == MappingVersion {
			profile = back.Profile
		}
		moves = append(moves, Move{Month: i.Month, From: i.Name, To: back.Name, uuid: i.UUID})
	}
	if err := c.countAll(ctx, moves); err != nil {
		return nil, err
	}
	for n, m := range moves {
		if err := c.move(ctx, m, report); err != nil {
			return moves[:n], fmt.Errorf("month %s from %s back to %s: %w", m.Month, m.From, m.To, err)
		}
	}
	if profile != "" {
		err = c.choose(ctx, profile)
	}
	return moves, err
}

// A pass that read no more than this is followed by the switch: the next will be short.
const fewDocs = 500

// mostPasses bounds the passes before the switch, where articles come as fast as they are copied.
const mostPasses = 10

// move brings one month to another index.
func (c *Client) move(ctx context.Context, m Move, report func(Progress)) error {
	if report == nil {
		report = func(Progress) {}
	}
	t, err := c.target(ctx, m)
	if err != nil {
		return err
	}
	t.report = report
	for t.progress.Pass < mostPasses {
		n, err := t.pass(ctx)
		if err != nil {
			return err
		}
		if n <= fewDocs {
			break
		}
	}
	if err := c.point(ctx, c.writeAlias(m.Month), m, true); err != nil {
		return fmt.Errorf("pointing writers to it: %w", err)
	}
	if err := c.do(ctx, esapi.IndicesAddBlockRequest{Index: []string{m.From}, Block: "write"}, nil); err != nil {
		return fmt.Errorf("closing the old index for writing: %w", err)
	}
	if _, err := t.pass(ctx); err != nil {
		return err
	}
	if err := c.compare(ctx, m); err != nil {
		return err
	}
	if err := c.point(ctx, c.config.Alias, m, false); err != nil {
		return fmt.Errorf("pointing readers to it: %w", err)
	}
	c.forget(m.Month)
	t.progress.Done = true
	report(t.progress)
	return nil
}

// target makes sure of the index that documents are copied to, and reads how far it came.
func (c *Client) target(ctx context.Context, m Move) (*copying, error) {
	err := c.do(ctx, esapi.IndicesCreateRequest{Index: m.To}, nil)
	if err != nil && !isType(err, "resource_already_exists_exception") {
		if errors.Is(err, ErrRejected) {
			return nil, fmt.Errorf("%w: %w", ErrSetup, err)
		}
		return nil, err
	}
	open := `{"index.blocks.write":null}` // it was closed if it has been left by an earlier move
	if err := c.do(ctx, esapi.IndicesPutSettingsRequest{Index: []string{m.To}, Body: bytes.NewReader([]byte(open))}, nil); err != nil {
		return nil, err
	}
	var body map[string]struct {
		Mappings struct {
			Meta       json.RawMessage            `json:"_meta"`
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"mappings"`
	}
	if err := c.do(ctx, esapi.IndicesGetMappingRequest{Index: []string{m.To}}, &body); err != nil {
		return nil, err
	}
	t := &copying{c: c, fields: body[m.To].Mappings.Properties, progress: Progress{Move: m}}
	if err := json.Unmarshal(body[m.To].Mappings.Meta, &t.meta); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMapping, m.To, err)
	}
	t.done = checkpoint{UUID: m.uuid, Shards: map[string]int64{}}
	if before, ok := t.meta.Newsmill.Copied[m.From]; ok && before.UUID == m.uuid {
		t.done = before
	}
	return t, nil
}

// point moves an alias from the old index to the new one in one step.
func (c *Client) point(ctx context.Context, alias string, m Move, hidden bool) error {
	add := object{"index": m.To, "alias": alias}
	if hidden {
		add["is_hidden"] = true
	}
	body, err := json.Marshal(object{"actions": []object{
		{"add": add},
		{"remove": object{"index": m.From, "alias": alias, "must_exist": false}},
	}})
	if err != nil {
		return err
	}
	return c.do(ctx, esapi.IndicesUpdateAliasesRequest{Body: bytes.NewReader(body)}, nil)
}

// compare is the last look before readers see the new index: it must not hold less.
func (c *Client) compare(ctx context.Context, m Move) error {
	if err := c.do(ctx, esapi.IndicesRefreshRequest{Index: []string{m.From, m.To}}, nil); err != nil {
		return err
	}
	old, err := c.countIndex(ctx, m.From)
	if err != nil {
		return err
	}
	now, err := c.countIndex(ctx, m.To)
	if err == nil && now < old {
		err = fmt.Errorf("%w: it holds %d documents and %s %d: readers stay where they are; delete %s and migrate again", ErrMapping, now, m.From, old, m.To)
	}
	return err
}
