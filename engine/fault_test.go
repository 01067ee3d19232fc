package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// script is a run of a store that stops at the first error, with what was acknowledged by then.
type script struct {
	db      *engine.DB
	acked   map[string]string
	unknown string // key whose Put failed
	erased  map[string]bool
}

// value returns short values, and some that go to blob files, by a flush or at commit.
func (s *script) value(i int) string { return fmt.Sprintf("value %d of some length%*s", i, i%7*10, "") }

func (s *script) run(o engine.Options) (err error) {
	for session := range 3 {
		if s.db, err = engine.Open("db", o); err != nil {
			return err
		}
		for i := range 60 {
			k := fmt.Sprintf("k%02d", (i*7+session)%80)
			v := s.value(session*100 + i)
			delete(s.erased, k)
			if err = s.db.Put([]byte(k), []byte(v), engine.Durability(i%2)); err != nil {
				s.unknown = k
				return err
			}
			s.acked[k] = v
			if i == 30 {
				if err = s.db.Flush(); err != nil {
					return err
				}
			}
			if i == 45 {
				if err = s.deleteRange("k20", "k40"); err != nil {
					return err
				}
			}
		}
		if err = s.db.Compact(); err != nil {
			return err
		}
		if err = s.db.Put([]byte("last"), []byte("in the log"), engine.NoSync); err != nil {
			s.unknown = "last"
			return err
		}
		s.acked["last"] = "in the log"
		if err = s.db.Close(); err != nil {
			return err
		}
		s.db = nil
	}
	return nil
}

// deleteRange deletes keys. If it fails, their state is unknown.
func (s *script) deleteRange(start, end string) error {
	before := maps.Clone(s.acked)
	deleteRange(s.acked, start, end)
	if err := s.db.DeleteRange([]byte(start), []byte(end), engine.NoSync); err != nil {
		return err
	}
	for k := range before {
		if _, left := s.acked[k]; !left {
			s.erased[k] = true
		}
	}
	return nil
}

// TestEveryMutationMayFail fails the first, second, ... call that changes the disk, until a run needs no more calls.
func TestEveryMutationMayFail(t *testing.T) {
	oneGoroutine(t)
	for n := 0; ; n++ {
		fsys := newFaulty(afero.NewMemMapFs(), n)
		s := script{acked: map[string]string{}, erased: map[string]bool{}}
		o := tiny(fsys)
		o.MemtableBytes = 1 << 10
		err := s.run(o)
		if !fsys.failed() {
			require.NoError(t, err)
			require.Greater(t, n, 300, "the script makes enough calls")
			return
		}
		require.ErrorIs(t, err, errInjected, "call %d", n)
		if s.db != nil {
			checkPoisoned(t, &s, fsys)
		}
		o.FS = fsys.Fs
		checkRecovered(t, &s, o, n)
	}
}

func checkPoisoned(t *testing.T, s *script, fsys *faulty) {
	t.Helper()
	for range 2 {
		err := s.db.Put([]byte("later"), []byte("x"), engine.NoSync)
		require.True(t, errors.Is(err, engine.ErrPoisoned) || errors.Is(err, engine.ErrClosed), "%v", err)
	}
	for k, v := range s.acked {
		got, err := s.db.Get([]byte(k))
		if err != nil {
			require.ErrorIs(t, err, engine.ErrClosed)
			break
		}
		require.Equal(t, v, string(got), "exactly the acknowledged writes are visible")
	}
	_ = s.db.Close()
	require.Zero(t, fsys.after, "nothing is written after a failure")
}

func checkRecovered(t *testing.T, s *script, o engine.Options, n int) {
	t.Helper()
	db, err := engine.Open("db", o)
	require.NoError(t, err, "call %d", n)
	require.NoError(t, db.Verify(), "call %d", n)
	for k, v := range s.acked {
		got, err := db.Get([]byte(k))
		require.NoError(t, err, "call %d: %s", n, k)
		if k != s.unknown {
			require.Equal(t, v, string(got), "call %d: %s", n, k)
		}
	}
	for k := range s.erased {
		_, err := db.Get([]byte(k))
		require.ErrorIs(t, err, engine.ErrNotFound, "call %d: %s", n, k)
	}
	_, err = db.Get([]byte("later"))
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.NoError(t, db.Put([]byte("later"), []byte("y"), engine.Sync))
	require.NoError(t, db.Close())
}
