package lightning_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/engine"
)

// walk moves an iterator within bounds and compares each position with the model.
func (m *modelled) walk(rng *rand.Rand) error {
	name := func() string { return fmt.Sprintf("k%02d", rng.IntN(41)) }
	lower, upper := name(), name()
	o := engine.IterOptions{LowerBound: []byte(lower), UpperBound: []byte(upper)}
	var keys []string
	for _, k := range slices.Sorted(maps.Keys(m.shown)) {
		if k >= lower && k < upper {
			keys = append(keys, k)
		}
	}
	it, err := m.db.NewIterator(o)
	if err != nil {
		return err
	}
	at, there := -1, false
	for range 20 {
		var found bool
		switch move := rng.IntN(6); {
		case move == 0:
			at, found = 0, it.First()
		case move == 1:
			at, found = len(keys)-1, it.Last()
		case move == 2:
			k := name()
			at, _ = slices.BinarySearch(keys, k)
			found = it.SeekGE([]byte(k))
		case move == 3:
			k := name()
			at, _ = slices.BinarySearch(keys, k)
			at--
			found = it.SeekLT([]byte(k))
		case !there:
			continue
		case move == 4:
			at, found = at+1, it.Next()
		default:
			at, found = at-1, it.Prev()
		}
		there = at >= 0 && at < len(keys)
		if found != there || there && (string(it.Key()) != keys[at] || string(it.Value()) != m.shown[keys[at]]) {
			return errors.Join(fmt.Errorf("an iterator from %s to %s stands on %q (%t); position %d of %v", lower, upper, it.Key(), found, at, keys),
				it.Error(), it.Close())
		}
	}
	return it.Close()
}

// stream reads a value as a stream and compares it with the model.
func (m *modelled) stream(rng *rand.Rand) error {
	k := fmt.Sprintf("k%02d", rng.IntN(40))
	want, there := m.shown[k]
	r, err := m.db.GetReader([]byte(k))
	if errors.Is(err, engine.ErrNotFound) && !there {
		return nil
	}
	if err != nil {
		return err
	}
	got, err := io.ReadAll(r)
	if string(got) != want || int(r.Len()) != len(want) {
		err = errors.Join(err, fmt.Errorf("a stream of %s has %.20q, the model %.20q", k, got, want))
	}
	return errors.Join(err, r.Close())
}

// barrier syncs without a write, which makes everything shown durable.
func (m *modelled) barrier() error {
	err := m.db.Apply(&engine.Batch{}, engine.Sync)
	m.settle()
	return err
}
