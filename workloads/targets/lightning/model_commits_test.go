package lightning_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/engine"
)

// commit applies a batch of random writes. The percentages ranges and deletes are the shares of range deletes and
// deletes.
func (m *modelled) commit(rng *rand.Rand, writes, ranges, deletes int) error {
	b, change := &engine.Batch{}, map[string]*string{}
	for range writes {
		k := fmt.Sprintf("k%02d", rng.IntN(40))
		if rng.IntN(100) < ranges {
			end := fmt.Sprintf("k%02d", rng.IntN(41))
			b.DeleteRange([]byte(k), []byte(end))
			erase(change, k, end)
			continue
		}
		if rng.IntN(100) < deletes {
			b.Delete([]byte(k))
			change[k] = nil
			continue
		}
		v := fmt.Sprintf("%d/%0*d", rng.Uint64(), rng.IntN(120), 0)
		b.Put([]byte(k), []byte(v))
		change[k] = &v
	}
	d := []engine.Durability{engine.Sync, engine.NoSync, engine.Buffered}[rng.IntN(3)]
	m.learn(change, d)
	return m.db.Apply(b, d)
}

// erase notes that every key in [start, end) is deleted.
func erase(change map[string]*string, start, end string) {
	for i := range 40 {
		if k := fmt.Sprintf("k%02d", i); start <= k && k < end {
			change[k] = nil
		}
	}
}

// rangeTransaction deletes ranges that may cover its own writes, and writes into them again.
func (m *modelled) rangeTransaction(rng *rand.Rand) error {
	name := func() string { return fmt.Sprintf("k%02d", rng.IntN(40)) }
	t, err := m.db.Begin(engine.TxnOptions{Isolation: engine.Isolation(rng.IntN(2))})
	if err != nil {
		return err
	}
	change, shown := map[string]*string{}, maps.Clone(m.shown)
	wrote := false // stays false if all ranges are empty: then the commit makes nothing durable
	for range 1 + rng.IntN(8) {
		if k := name(); rng.IntN(3) == 0 {
			end := name()
			err = errors.Join(err, t.DeleteRange([]byte(k), []byte(end)))
			erase(change, k, end)
			wrote = wrote || k < end
		} else {
			v := fmt.Sprint(rng.Uint64())
			err = errors.Join(err, t.Put([]byte(k), []byte(v)))
			change[k] = &v
			wrote = true
		}
		apply(shown, change)
		it, iterErr := t.NewIterator(engine.IterOptions{})
		err = errors.Join(err, iterErr)
		if err != nil {
			return err
		}
		for _, read := range []func(*engine.Iterator) (map[string]string, error){forward, backward} {
			if got, err := read(it); err != nil || !maps.Equal(got, shown) {
				return fmt.Errorf("a transaction shows %v, want %v: %w", got, shown, err)
			}
		}
	}
	if wrote {
		m.learn(change, engine.Sync)
	}
	return t.Commit(engine.Sync)
}

// hold opens a snapshot, or reads and closes the one that is open.
func (m *modelled) hold() error {
	if m.held == nil {
		m.held, m.heldShows = m.db.NewSnapshot(), maps.Clone(m.shown)
		return nil
	}
	defer m.letGo()
	it, err := m.held.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	got, err := backward(it)
	if err = errors.Join(err, it.Close()); err != nil || !maps.Equal(got, m.heldShows) {
		return fmt.Errorf("a snapshot shows %v, want %v: %w", got, m.heldShows, err)
	}
	return nil
}

func (m *modelled) letGo() {
	if m.held != nil {
		m.held.Close()
	}
	m.held = nil
}

// transaction moves the value of one key to another.
func (m *modelled) transaction(rng *rand.Rand) error {
	from, to := fmt.Sprintf("k%02d", rng.IntN(40)), fmt.Sprintf("k%02d", rng.IntN(40))
	t, err := m.db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
	if err != nil {
		return err
	}
	v, err := t.Get([]byte(from))
	if errors.Is(err, engine.ErrNotFound) {
		return t.Rollback()
	}
	if err := errors.Join(err, t.Delete([]byte(from)), t.Put([]byte(to), v)); err != nil {
		return err
	}
	value, change := string(v), map[string]*string{from: nil}
	change[to] = &value
	m.learn(change, engine.Sync)
	return t.Commit(engine.Sync)
}

func (m *modelled) learn(change map[string]*string, d engine.Durability) {
	apply(m.shown, change)
	m.loose = append(m.loose, change)
	if d == engine.Sync {
		m.settle()
	}
}

func apply(to map[string]string, change map[string]*string) {
	for k, v := range change {
		if v == nil {
			delete(to, k)
		} else {
			to[k] = *v
		}
	}
}
