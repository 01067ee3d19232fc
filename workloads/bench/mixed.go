package bench

import (
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// zipfExponent is the skew of key popularity; 1 would be the classical Zipf law.
const zipfExponent = 1.1

// popular is the number of keys drawn before the clock starts, because a draw takes as long as a get of some engines.
const popular = 1 << 16

// mixed measures gets and puts of entries, some of which are far more popular than others. A value read must be one
// that was written.
func (s *session) mixed(t trial) (Measurement, error) {
	written := writtenBytes()
	all, err := s.measured(t, plan{t.goroutines, s.Entries, bulkLimit, 8}, func(worker int) func(int) error {
		draws, get, put := s.draw(worker), s.getOne(), s.overwriter(worker, history.Buffered)
		n := 0
		return func(i int) error {
			n++
			entry := draws[n%popular]
			if i%2 == 0 {
				return get(entry)
			}
			return put(entry)
		}
	})
	if err != nil {
		return Measurement{}, err
	}
	m := all.measurement(1)
	return m, s.amplification(&m, written, max(1, all.ops/2))
}

// draw returns the entries that a worker uses. Popularity is independent of the order of keys, which are random.
func (s *session) draw(worker int) []uint64 {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, uint64(worker))), zipfExponent, 1, uint64(s.loaded-1))
	draws := make([]uint64, popular)
	for i := range draws {
		draws[i] = zipf.Uint64()
	}
	return draws
}

// getOne returns a function that reads an existing entry.
func (s *session) getOne() func(entry uint64) error {
	var key, want [valueBytes]byte
	get, buffer := s.getter(), make([]byte, 0, valueBytes)
	return func(entry uint64) error {
		putKey(key[:keyBytes], entry)
		value, _, err := get(buffer, key[:keyBytes])
		if err != nil {
			return err
		}
		return checkValue(value, want[:], entry)
	}
}

// overwriter returns a function that puts a new version of an entry.
func (s *session) overwriter(worker int, d history.Durability) func(entry uint64) error {
	writes, version := newWrites(1), uint64(worker+1)<<40
	return func(entry uint64) error {
		version++
		putKey(writes[0].Key, entry)
		putValue(writes[0].Value, entry, version)
		return s.store.Apply(writes, d)
	}
}

// overwrite measures random puts of existing entries, and what they have cost on disk once the store is idle.
func (s *session) overwrite(t trial) (Measurement, error) {
	written := writtenBytes()
	all, err := s.measured(t, plan{t.goroutines, s.Entries, bulkLimit, 8}, func(worker int) func(int) error {
		put := s.overwriter(worker, history.Buffered)
		return func(i int) error { return put(mix(uint64(i)) % uint64(s.loaded)) }
	})
	if err != nil {
		return Measurement{}, err
	}
	m := all.measurement(1)
	return m, s.amplification(&m, written, all.ops)
}
