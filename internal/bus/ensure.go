package bus

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// ensureTries bounds how often a change is tried again that another process made at the same time.
const ensureTries = 5

// Ensure creates or upgrades every stream, bucket and consumer of the topology. It is idempotent and may run in several processes
// at once. It refuses with ErrTopology, naming what to do, where the server's would lose data by the change.
func (b *Bus) Ensure(ctx context.Context) error {
	for _, want := range append(streamTable(b.cfg), bucketTable(b.cfg)...) {
		if err := b.ensureStream(ctx, want); err != nil {
			return err
		}
	}
	for _, want := range consumerTable(b.cfg) {
		if err := b.ensureConsumer(ctx, want); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) ensureStream(ctx context.Context, want jetstream.StreamConfig) error {
	var err error
	for range ensureTries {
		if err = b.ensureStreamOnce(ctx, want); err == nil || !hasCode(err, codeNameInUse) && !isUnanswered(err) || ctx.Err() != nil {
			break // a name in use: another process created it between our look and our create
		}
	}
	switch {
	case err == nil, errors.Is(err, ErrTopology):
		return err
	case hasCode(err, codeStorage, codeInsufficient, codeAccountLimit):
		return fmt.Errorf("%w: the server has no room for %s (max_bytes %d): raise the server's max_file_store or lower the size of the stream; "+
			"`newsmill doctor` lists both: %w", ErrTopology, want.Name, want.MaxBytes, err)
	}
	return wrap(ctx, err, "stream %s", want.Name)
}

func (b *Bus) ensureStreamOnce(ctx context.Context, want jetstream.StreamConfig) error {
	ctx, cancel := b.limit(ctx, 4*answerTime) // an R3 stream waits for its election
	defer cancel()
	s, err := b.js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = b.js.CreateStream(ctx, want)
		return err
	}
	if err != nil {
		return err
	}
	info := s.CachedInfo()
	next, err := upgradeStream(info.Config, want, info.State)
	if err != nil {
		return err
	}
	if reflect.DeepEqual(next, info.Config) {
		return nil
	}
	_, err = b.js.UpdateStream(ctx, next)
	return err
}

// upgradeStream gives the configuration that brings what the server has to what we want, keeping what an operator or a newer version
// added, or ErrTopology where stored messages would be lost or be treated otherwise than they were promised.
func upgradeStream(have, want jetstream.StreamConfig, state jetstream.StreamState) (jetstream.StreamConfig, error) {
	var lose []string
	refuse := func(what string, has, wants any) {
		lose = append(lose, fmt.Sprintf("%s is %v, wanted %v", what, has, wants))
	}
	if have.Retention != want.Retention {
		refuse("retention", have.Retention, want.Retention)
	}
	if have.Storage != want.Storage {
		refuse("storage", have.Storage, want.Storage)
	}
	if have.Discard != want.Discard {
		refuse("discard", have.Discard, want.Discard)
	}
	if have.DiscardNewPerSubject != want.DiscardNewPerSubject {
		refuse("discard_new_per_subject", have.DiscardNewPerSubject, want.DiscardNewPerSubject)
	}
	if have.AllowMsgSchedules != want.AllowMsgSchedules {
		refuse("allow_msg_schedules", have.AllowMsgSchedules, want.AllowMsgSchedules)
	}
	if lower(have.MaxMsgsPerSubject, want.MaxMsgsPerSubject) {
		refuse("max_msgs_per_subject", have.MaxMsgsPerSubject, want.MaxMsgsPerSubject)
	}
	if want.MaxBytes > 0 && state.Bytes > uint64(want.MaxBytes) {
		refuse("stored bytes", state.Bytes, fmt.Sprintf("at most %d", want.MaxBytes))
	}
	if want.MaxMsgs > 0 && state.Msgs > uint64(want.MaxMsgs) {
		refuse("stored messages", state.Msgs, fmt.Sprintf("at most %d", want.MaxMsgs))
	}
	if lower(int64(have.MaxAge), int64(want.MaxAge)) && state.Msgs > 0 {
		refuse("max_age", have.MaxAge, want.MaxAge)
	}
	if len(lose) > 0 {
		return have, fmt.Errorf("%w: stream %s: %s: messages could be lost; `newsmill doctor` says how to keep them and move on",
			ErrTopology, want.Name, strings.Join(lose, "; "))
	}
	next := have
	next.Subjects = union(have.Subjects, want.Subjects)
	next.MaxBytes, next.MaxMsgs, next.MaxAge, next.MaxMsgsPerSubject = want.MaxBytes, want.MaxMsgs, want.MaxAge, want.MaxMsgsPerSubject
	next.Duplicates, next.Description = want.Duplicates, want.Description
	next.Replicas = max(have.Replicas, want.Replicas) // a worker started without the setting must not shrink a cluster
	next.AllowDirect = have.AllowDirect || want.AllowDirect
	next.AllowRollup = have.AllowRollup || want.AllowRollup
	next.AllowMsgTTL = have.AllowMsgTTL || want.AllowMsgTTL
	return next, nil
}

// lower is true where a limit (0 and -1 are none) gets tighter.
func lower(have, want int64) bool { return want > 0 && (have <= 0 || want < have) }

// union adds what is wanted, and leaves out what that covers: subjects of a stream must not overlap.
func union(have, want []string) []string {
	var all []string
	for _, s := range have {
		if slices.Contains(want, s) || !slices.ContainsFunc(want, func(w string) bool { return covers(w, s) }) {
			all = append(all, s)
		}
	}
	for _, s := range want {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// covers is true where every subject that narrow matches is matched by wide.
func covers(wide, narrow string) bool {
	w, n := strings.Split(wide, "."), strings.Split(narrow, ".")
	for i, token := range w {
		switch {
		case token == ">":
			return len(n) > i
		case i >= len(n) || n[i] == ">" || token != "*" && token != n[i]:
			return false
		}
	}
	return len(w) == len(n)
}

func (b *Bus) ensureConsumer(ctx context.Context, want consumerSpec) error {
	var err error
	for range ensureTries {
		if err = b.ensureConsumerOnce(ctx, want); err == nil || errors.Is(err, ErrTopology) || ctx.Err() != nil ||
			!errors.Is(err, jetstream.ErrConsumerExists) && !isUnanswered(err) {
			break
		}
	}
	if err == nil || errors.Is(err, ErrTopology) {
		return err
	}
	return wrap(ctx, err, "consumer %s of stream %s", want.config.Durable, want.stream)
}

func (b *Bus) ensureConsumerOnce(ctx context.Context, want consumerSpec) error {
	ctx, cancel := b.limit(ctx, 4*answerTime)
	defer cancel()
	c, err := b.js.Consumer(ctx, want.stream, want.config.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		_, err = b.js.CreateConsumer(ctx, want.stream, want.config)
		return err
	}
	if err != nil {
		return err
	}
	have := c.CachedInfo().Config
	if have.AckPolicy != want.config.AckPolicy || have.DeliverPolicy != want.config.DeliverPolicy || have.DeliverSubject != "" {
		return fmt.Errorf("%w: consumer %s of stream %s is of another kind (ack %s, deliver %s): `newsmill doctor` says how to replace it",
			ErrTopology, want.config.Durable, want.stream, have.AckPolicy, have.DeliverPolicy)
	}
	next := have
	next.FilterSubject, next.AckWait, next.MaxDeliver = want.config.FilterSubject, want.config.AckWait, want.config.MaxDeliver
	next.MaxAckPending = max(have.MaxAckPending, want.config.MaxAckPending)
	if reflect.DeepEqual(next, have) {
		return nil
	}
	_, err = b.js.UpdateConsumer(ctx, want.stream, next)
	return err
}
