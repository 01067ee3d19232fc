package recovery

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// In addition to the scan, a recovered store is read in one of these ways. The seed of the probe chooses it; a store
// that does not support that way is read with gets. If two ways of reading disagree, the store has no state that could
// be judged.
const (
	byGets = iota
	byCursorBackward
	bySeeks
	byStreams
	readPaths
)

// probe reads a store in one of the ways and compares the result with what a scan showed.
func probe(store workloads.Store, scanned *history.State, seed uint64) error {
	maker, hasCursors := store.(workloads.CursorMaker)
	streamer, hasStreams := store.(workloads.Streamer)
	switch way := plan.Mix(seed, readPaths) % readPaths; {
	case way == byCursorBackward && hasCursors:
		return walkBackward(maker, scanned)
	case way == bySeeks && hasCursors:
		return seek(maker, scanned, seed)
	case way == byStreams && hasStreams:
		return stream(streamer, scanned, seed)
	}
	return gets(store, scanned, seed)
}

// pairsOf returns all pairs of a state.
func pairsOf(state *history.State) []history.Read {
	pairs := make([]history.Read, 0, state.Len())
	for key, value := range state.All() {
		pairs = append(pairs, history.Read{Key: key, Value: value, Found: true})
	}
	return pairs
}

// walkBackward reads everything from the last key to the first.
func walkBackward(maker workloads.CursorMaker, scanned *history.State) error {
	c, err := maker.NewCursor(workloads.Bounds{})
	if err != nil {
		return err
	}
	pairs := pairsOf(scanned)
	found := c.Last()
	for i := len(pairs) - 1; i >= 0 && err == nil; i-- {
		if err = stands(c, found, pairs, i, "a walk backward"); err == nil {
			found = c.Prev()
		}
	}
	if err == nil {
		err = stands(c, found, pairs, -1, "a walk backward")
	}
	return errors.Join(err, c.Close())
}

// seek seeks to some of the keys, to before them, and to right after them.
func seek(maker workloads.CursorMaker, scanned *history.State, seed uint64) error {
	c, err := maker.NewCursor(workloads.Bounds{})
	if err != nil {
		return err
	}
	pairs := pairsOf(scanned)
	for n := range uint64(probeKeys) {
		if err != nil || len(pairs) == 0 {
			break
		}
		i := int(plan.Mix(seed, n) % uint64(len(pairs)))
		key := bytes.Clone(pairs[i].Key)
		past := append(bytes.Clone(key), 0) // the first key that can come after it
		err = cmp.Or(
			stands(c, c.SeekGE(key), pairs, i, fmt.Sprintf("a seek to %q", key)),
			stands(c, c.SeekLT(key), pairs, i-1, fmt.Sprintf("a seek to before %q", key)),
			stands(c, c.SeekGE(past), pairs, i+1, fmt.Sprintf("a seek to %q", past)),
		)
	}
	return errors.Join(err, c.Close())
}

// stands compares the position of a cursor with the i-th pair; if there is no such pair, the cursor must be invalid.
func stands(c workloads.Cursor, found bool, pairs []history.Read, i int, how string) error {
	if err := c.Error(); err != nil && !found {
		return err
	}
	var got, want history.Read
	if i >= 0 && i < len(pairs) {
		want = pairs[i]
	}
	if found {
		got = history.Read{Key: bytes.Clone(c.Key()), Value: bytes.Clone(c.Value()), Found: true}
		if err := c.Error(); err != nil {
			return err
		}
	}
	if got.Found != want.Found || !bytes.Equal(got.Key, want.Key) || !bytes.Equal(got.Value, want.Value) {
		return &disagreement{way: "cursor", how: how, got: got, scanned: want}
	}
	return nil
}

// stream reads some values as streams.
func stream(s workloads.Streamer, scanned *history.State, seed uint64) error {
	pairs := pairsOf(scanned)
	for n := range uint64(probeKeys) {
		if len(pairs) == 0 {
			return nil
		}
		want := pairs[plan.Mix(seed, n)%uint64(len(pairs))]
		r, found, err := s.OpenValue(bytes.Clone(want.Key))
		got := history.Read{Key: want.Key, Found: found}
		if err == nil && found {
			got.Value, err = io.ReadAll(r)
			err = errors.Join(err, r.Close())
		}
		if err != nil {
			return err
		}
		if !found || !bytes.Equal(got.Value, want.Value) {
			return &disagreement{way: "stream", how: fmt.Sprintf("a stream of %q", want.Key), got: got, scanned: want}
		}
	}
	return nil
}
