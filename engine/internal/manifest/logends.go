package manifest

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// LogEnd says that a log got its last commit, and that everything up to there is durable: whatever is found later, it
// is the whole log or it is damaged.
type LogEnd struct {
	Num   uint64
	Bytes uint64 // of the file, without zeros that were written ahead
}

// LogEnd returns how many bytes the log has, as far as the state knows; 0 if it does not.
func (s *State) LogEnd(num uint64) int64 {
	if i, found := s.findLogEnd(num); found {
		return int64(s.LogEnds[i].Bytes)
	}
	return 0
}

func (s *State) findLogEnd(num uint64) (int, bool) {
	return slices.BinarySearchFunc(s.LogEnds, num, func(l LogEnd, num uint64) int { return cmp.Compare(l.Num, num) })
}

// applyLogEnds adds the ends that an edit tells, and forgets those of logs that are obsolete after it.
func (s *State) applyLogEnds(e Edit) error {
	for _, l := range e.LogEnds {
		i, found := s.findLogEnd(l.Num)
		if found {
			return corrupt.At("manifest", 0, "edit ends log %d, which has ended", l.Num)
		}
		s.LogEnds = slices.Concat(s.LogEnds[:i], []LogEnd{l}, s.LogEnds[i:])
	}
	if obsolete, _ := s.findLogEnd(s.LogFloor); obsolete < len(s.LogEnds) {
		s.LogEnds = s.LogEnds[obsolete:]
	} else {
		s.LogEnds = nil
	}
	return nil
}

// checkLogEnds reports logs that no store can have.
func (s *State) checkLogEnds() error {
	for _, l := range s.LogEnds {
		if l.Num > NumMax || l.Bytes == 0 || l.Bytes > wal.LogBytesMax {
			return corrupt.At("manifest", 0, "log %d ends at %d, want a number up to %d and an end from 1 to %d",
				l.Num, l.Bytes, uint64(NumMax), int64(wal.LogBytesMax))
		}
	}
	return nil
}
