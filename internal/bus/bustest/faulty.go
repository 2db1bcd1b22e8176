package bustest

import (
	"context"
	"time"

	"github.com/newsmill/newsmill/internal/bus"
)

// Faulty is a bus whose writes and reads fail as its plan says; its methods are those of bus.Bus, so that it fits the interfaces of
// the workers. What it does not wrap it passes through.
type Faulty struct {
	*bus.Bus
	Plan *Plan
}

// Publish is bus.Bus.Publish, the call "Publish".
func (f *Faulty) Publish(ctx context.Context, m bus.Outgoing) (ack bus.Ack, err error) {
	err = f.Plan.do("Publish", func() (err error) { ack, err = f.Bus.Publish(ctx, m); return err })
	return orZero(ack, err)
}

// Bury is bus.Bus.Bury, the call "Bury".
func (f *Faulty) Bury(ctx context.Context, l bus.Letter) error {
	return f.Plan.do("Bury", func() error { return f.Bus.Bury(ctx, l) })
}

// Last is bus.Bus.Last, the call "<stream>.Last".
func (f *Faulty) Last(ctx context.Context, stream, subject string) (m bus.Message, err error) {
	err = f.Plan.do(stream+".Last", func() (err error) { m, err = f.Bus.Last(ctx, stream, subject); return err })
	return orZero(m, err)
}

// Remove is bus.Bus.Remove, the call "<stream>.Remove".
func (f *Faulty) Remove(ctx context.Context, stream string, seq uint64) error {
	return f.Plan.do(stream+".Remove", func() error { return f.Bus.Remove(ctx, stream, seq) })
}

// KV gives a bucket with the same plan.
func (f *Faulty) KV(bucket string) *FaultyKV {
	return &FaultyKV{KV: f.Bus.KV(bucket), name: bucket, plan: f.Plan}
}

// Set gives a set with the same plan.
func (f *Faulty) Set(stream string) *FaultySet {
	return &FaultySet{Set: f.Bus.Set(stream), name: stream, plan: f.Plan}
}

// Schedules gives a stream of schedules with the same plan.
func (f *Faulty) Schedules(stream string) *FaultySchedules {
	return &FaultySchedules{Schedules: f.Bus.Schedules(stream), name: stream, plan: f.Plan}
}

// orZero leaves nothing of an answer that is reported failed.
func orZero[T any](v T, err error) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// FaultyKV is a bus.KV with a plan; its calls are "<bucket>.Get" and so on.
type FaultyKV struct {
	*bus.KV
	name string
	plan *Plan
}

// Get is bus.KV.Get.
func (k *FaultyKV) Get(ctx context.Context, key string) (e bus.Entry, err error) {
	err = k.plan.do(k.name+".Get", func() (err error) { e, err = k.KV.Get(ctx, key); return err })
	return orZero(e, err)
}

// Create is bus.KV.Create.
func (k *FaultyKV) Create(ctx context.Context, key string, value []byte) (revision uint64, err error) {
	err = k.plan.do(k.name+".Create", func() (err error) { revision, err = k.KV.Create(ctx, key, value); return err })
	return orZero(revision, err)
}

// Update is bus.KV.Update.
func (k *FaultyKV) Update(ctx context.Context, key string, value []byte, old uint64) (revision uint64, err error) {
	err = k.plan.do(k.name+".Update", func() (err error) { revision, err = k.KV.Update(ctx, key, value, old); return err })
	return orZero(revision, err)
}

// Put is bus.KV.Put.
func (k *FaultyKV) Put(ctx context.Context, key string, value []byte) (revision uint64, err error) {
	err = k.plan.do(k.name+".Put", func() (err error) { revision, err = k.KV.Put(ctx, key, value); return err })
	return orZero(revision, err)
}

// Delete is bus.KV.Delete.
func (k *FaultyKV) Delete(ctx context.Context, key string) error {
	return k.plan.do(k.name+".Delete", func() error { return k.KV.Delete(ctx, key) })
}

// FaultySet is a bus.Set with a plan; its calls are "<stream>.Add" and so on.
type FaultySet struct {
	*bus.Set
	name string
	plan *Plan
}

// Add is bus.Set.Add.
func (s *FaultySet) Add(ctx context.Context, m bus.Outgoing) (added bool, err error) {
	err = s.plan.do(s.name+".Add", func() (err error) { added, err = s.Set.Add(ctx, m); return err })
	return orZero(added, err)
}

// First is bus.Set.First.
func (s *FaultySet) First(ctx context.Context, filter string) (m bus.Message, err error) {
	err = s.plan.do(s.name+".First", func() (err error) { m, err = s.Set.First(ctx, filter); return err })
	return orZero(m, err)
}

// From is bus.Set.From.
func (s *FaultySet) From(ctx context.Context, filter string, seq uint64) (m bus.Message, err error) {
	err = s.plan.do(s.name+".From", func() (err error) { m, err = s.Set.From(ctx, filter, seq); return err })
	return orZero(m, err)
}

// Remove is bus.Set.Remove.
func (s *FaultySet) Remove(ctx context.Context, seq uint64) error {
	return s.plan.do(s.name+".Remove", func() error { return s.Set.Remove(ctx, seq) })
}

// Purge is bus.Set.Purge.
func (s *FaultySet) Purge(ctx context.Context, filter string) error {
	return s.plan.do(s.name+".Purge", func() error { return s.Set.Purge(ctx, filter) })
}

// FaultySchedules is a bus.Schedules with a plan; its calls are "<stream>.At" and so on.
type FaultySchedules struct {
	*bus.Schedules
	name string
	plan *Plan
}

// At is bus.Schedules.At.
func (s *FaultySchedules) At(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	return s.plan.do(s.name+".At", func() error { return s.Schedules.At(ctx, subject, target, at, data) })
}

// AtIfAbsent is bus.Schedules.AtIfAbsent.
func (s *FaultySchedules) AtIfAbsent(ctx context.Context, subject, target string, at time.Time, data []byte) error {
	return s.plan.do(s.name+".AtIfAbsent", func() error { return s.Schedules.AtIfAbsent(ctx, subject, target, at, data) })
}

// Get is bus.Schedules.Get.
func (s *FaultySchedules) Get(ctx context.Context, subject string) (at time.Time, err error) {
	err = s.plan.do(s.name+".Get", func() (err error) { at, err = s.Schedules.Get(ctx, subject); return err })
	return orZero(at, err)
}

// Cancel is bus.Schedules.Cancel.
func (s *FaultySchedules) Cancel(ctx context.Context, subject string) error {
	return s.plan.do(s.name+".Cancel", func() error { return s.Schedules.Cancel(ctx, subject) })
}
