package bench

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

const (
	openCloseEntries = 10
	openCloseOps     = 2000
)

// openClose measures repeatedly opening and closing a small store in memory.
func (s *session) openClose(t trial) (Measurement, error) {
	open := s.engine.NewMemory()
	if err := s.fill(open); err != nil {
		return Measurement{}, err
	}
	all, err := s.measured(t, plan{1, min(openCloseOps, s.Entries), syncLimit, 1}, func(int) func(int) error {
		return func(int) error {
			store, err := open()
			if err != nil {
				return err
			}
			return store.Close()
		}
	})
	if err != nil {
		return Measurement{}, err
	}
	return all.measurement(1), s.stillThere(open)
}

func (s *session) fill(open opener) error {
	if err := s.openWith(open); err != nil {
		return err
	}
	put := s.putter(1, history.Buffered)(0)
	for i := range openCloseEntries {
		if err := put(i); err != nil {
			return err
		}
	}
	return s.close()
}

// stillThere checks that the store still has its entries; opening would be fast if it had forgotten them.
func (s *session) stillThere(open opener) error {
	if s.engine.MemoryForgets {
		return nil
	}
	if err := s.openWith(open); err != nil {
		return err
	}
	count, err := s.contents()
	if err == nil && count != openCloseEntries {
		err = fmt.Errorf("%w: the store has %d entries, %d were written", ErrWrong, count, openCloseEntries)
	}
	return err
}
