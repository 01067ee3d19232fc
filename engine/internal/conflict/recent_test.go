package conflict

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

// commit returns the record of a commit that sets one key.
func commit(seq key.Seq, user string) []byte {
	b := batch.Append(make([]byte, batch.HeaderBytes), key.Set, []byte(user), nil)
	batch.PutHeader(b, seq, 1)
	return b
}

// store is a Recent with the commits of its store, which are visible at once.
type store struct {
	Recent
	commits []string // commit n has sequence number n+1
	open    []key.Seq
}

func newStore() *store {
	s := &store{}
	s.Limit(limits.Default())
	return s
}

func (s *store) newest() key.Seq { return key.Seq(len(s.commits)) }

func (s *store) begin() key.Seq {
	if !s.Enlist() {
		s.Track(s.newest())
	}
	seq := s.Begin(s.newest)
	s.open = append(s.open, seq)
	return seq
}

// end ends the i-th of the open transactions.
func (s *store) end(i int) {
	s.End(s.open[i])
	s.open = append(s.open[:i:i], s.open[i+1:]...)
}

func (s *store) write(user string) {
	s.commits = append(s.commits, user)
	s.Add(commit(s.newest(), user), s.newest())
}

// wrote reports whether a commit after seq wrote a key, which Any must find.
func (s *store) wrote(seq key.Seq, user string) bool {
	return slices.Contains(s.commits[seq:], user)
}

func (s *store) found(seq key.Seq, user string) bool {
	return s.Any(seq, func(w Written) bool { return bytes.Equal(w.First, []byte(user)) })
}

// Transactions with the same snapshot are told apart only by counting them. As long as one is open, everything
// committed after its snapshot is remembered, whichever others end.
func TestTransactionsWithOneSnapshotAreCountedSeparately(t *testing.T) {
	for twins := 1; twins <= 3; twins++ {
		t.Run(fmt.Sprintf("%d twins end", twins), func(t *testing.T) {
			s := newStore()
			s.write("before")
			seq := s.begin()
			for range twins {
				require.Equal(t, seq, s.begin(), "the same snapshot")
			}
			s.write("wanted")
			for range twins {
				s.end(len(s.open) - 1)
			}
			for i := range 5 * s.keysIdle {
				s.write(fmt.Sprint(i))
			}
			require.True(t, s.found(seq, "wanted"))
			require.False(t, s.found(seq, "before"))
			s.end(0)
			require.Empty(t, s.keys, "without open transactions nothing is remembered")
			require.False(t, s.tracking.Load())
		})
	}
}

// Whichever transactions begin and end, in any order, an open one finds exactly the commits after its snapshot.
func TestRecentAgreesWithTheHistory(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := newStore()
		forgot := false
		for range 400 {
			switch rng.IntN(8) {
			case 0, 1:
				s.begin()
			case 2, 3:
				if len(s.open) > rng.IntN(6) {
					s.end(rng.IntN(len(s.open)))
				}
			default:
				s.write(fmt.Sprint(rng.IntN(200)))
			}
			forgot = forgot || len(s.keys) > 0 && s.keys[0].seq > 1
			for _, seq := range s.open {
				user := fmt.Sprint(rng.IntN(200))
				require.Equal(t, s.wrote(seq, user), s.found(seq, user), "seed %d: key %s after %d", seed, user, seq)
			}
		}
		require.True(t, forgot)
	}
}
