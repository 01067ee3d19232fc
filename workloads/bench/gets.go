package bench

import (
	"bytes"
	"fmt"
)

// passes is how often gets read all entries, if there is time.
const passes = 5

// gets measures reads of existing keys. Every value is compared with what was written.
func (s *session) gets(t trial) (Measurement, error) {
	all, err := s.readTimed(t, 0)
	return all.measurement(1), err
}

// getsMissing measures reads of keys that do not exist.
func (s *session) getsMissing(t trial) (Measurement, error) {
	all, err := s.readTimed(t, missing)
	return all.measurement(1), err
}

func (s *session) readTimed(t trial, offset uint64) (tally, error) {
	return s.measured(t, plan{t.goroutines, passes * s.loaded, getLimit, 8}, s.reader(offset))
}

// readAll fills caches: it reads as readTimed does, but without a time limit or a measurement.
func (s *session) readAll(p plan, offset uint64) (tally, error) { return drive(p, s.reader(offset)) }

// reader returns functions that read one key after another, in a different order than they were written. With an
// offset, they read keys that were never written.
func (s *session) reader(offset uint64) func(int) func(int) error {
	order, get := newShuffled(s.loaded), s.getter()
	return func(int) func(int) error {
		var key, want [valueBytes]byte
		buffer := make([]byte, 0, valueBytes)
		return func(n int) error {
			i := order.at(n) + offset
			putKey(key[:keyBytes], i)
			value, found, err := get(buffer, key[:keyBytes])
			if err != nil {
				return err
			}
			if found != (offset == 0) {
				return fmt.Errorf("%w: key %x: found is %t", ErrWrong, key[:keyBytes], found)
			}
			if !found {
				return nil
			}
			return checkValue(value, want[:], i)
		}
	}
}

// getter returns the cheapest way to read a key from the store.
func (s *session) getter() func(dst, key []byte) (value []byte, found bool, err error) {
	if g, ok := s.store.(Getter); ok {
		return g.GetInto
	}
	return func(_, key []byte) ([]byte, bool, error) { return s.store.Get(key) }
}

// scans measures reading everything in order. It checks the order and the number of keys.
func (s *session) scans(t trial) (Measurement, error) {
	all, err := s.measured(t, plan{1, 4 * passes, getLimit, 1}, func(int) func(int) error {
		return func(int) error { return s.scan() }
	})
	return all.measurement(s.loaded), err
}

func (s *session) scan() error {
	var last [keyBytes]byte
	count, ordered := 0, true
	err := s.store.Scan(nil, nil, func(key, value []byte) bool {
		ordered = ordered && (count == 0 || bytes.Compare(last[:], key) < 0) && len(value) == valueBytes
		copy(last[:], key)
		count++
		return true
	})
	if err == nil && (!ordered || count != s.loaded) {
		err = fmt.Errorf("%w: a scan gave %d of %d entries; in order: %t", ErrWrong, count, s.loaded, ordered)
	}
	return err
}

// memory measures the peak memory of the process, loading included, once gets have filled the caches.
func (s *session) memory(t trial) (Measurement, error) {
	m, err := s.gets(t)
	m.Figure = float64(peakRSSBytes()) / (1 << 20)
	return m, err
}
