package endless

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const small = 200_000

// liar is a store that does something wrong.
type liar struct {
	workloads.Store
	apply func(s workloads.Store, writes []history.Write, d history.Durability) error
	get   func(s workloads.Store, key []byte) ([]byte, bool, error)
}

func (l *liar) Apply(writes []history.Write, d history.Durability) error {
	if l.apply != nil {
		return l.apply(l.Store, writes, d)
	}
	return l.Store.Apply(writes, d)
}

func (l *liar) Get(key []byte) ([]byte, bool, error) {
	if l.get != nil {
		return l.get(l.Store, key)
	}
	return l.Store.Get(key)
}

// lying returns Lightning behind a liar.
func lying(how liar) torture.Target {
	target := lightning.Target()
	open := target.Open
	target.Open = func(env torture.Env) (workloads.Store, error) {
		s, err := open(env)
		l := how
		l.Store = s
		return &l, err
	}
	return target
}

func TestACorrectStoreLivesOn(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "life")
	l := New(lightning.Target(), 1, small, file)
	ops, lost := 0, int64(0)
	for i := range 3 {
		s, err := l.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, i, s.Number)
		require.Equal(t, cutsAStretch, s.Cuts)
		require.Positive(t, s.Keys)
		require.Positive(t, s.Files)
		require.Positive(t, s.DiskBytes)
		ops, lost = ops+s.Ops, lost+s.LostBytes
		require.Positive(t, s.Gauges["levels"])
		require.NoError(t, l.Save())
	}
	require.Greater(t, ops, 3*cutsAStretch*leastOps/2)
	require.Positive(t, lost, "no power cut lost a commit")
	require.NoError(t, l.Close())

	again, err := Load(lightning.Target(), 1, small, file)
	require.NoError(t, err)
	require.Equal(t, l.model, again.model)
	s, err := again.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, s.Number)
	require.NoError(t, again.Close())

	_, err = Load(lightning.Target(), 2, small, file)
	require.ErrorContains(t, err, "remove it to begin with an empty store")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	text[len(text)/2] ^= 1
	require.NoError(t, os.WriteFile(file, text, 0o600))
	_, err = Load(lightning.Target(), 1, small, file)
	require.ErrorContains(t, err, "its checksum is")
}

func TestAStoreThatLiesIsFound(t *testing.T) {
	t.Parallel()
	calls := 0
	for name, c := range map[string]struct {
		how     liar
		classes []string
	}{
		"it does not sync": {liar{apply: func(s workloads.Store, writes []history.Write, _ history.Durability) error {
			return s.Apply(writes, history.NoSync)
		}}, []string{"lost", "invented"}}, // a lost deletion brings back an old value
		"it splits batches": {liar{apply: func(s workloads.Store, writes []history.Write, d history.Durability) error {
			for i := range writes {
				if err := s.Apply(writes[i:i+1], d); err != nil {
					return err
				}
			}
			return nil
		}}, []string{"hole"}},
		"it forgets a write": {liar{apply: func(s workloads.Store, writes []history.Write, d history.Durability) error {
			if calls++; calls == 50 {
				return nil
			}
			return s.Apply(writes, d)
		}}, []string{"lost", "invented", "wrong", "hole"}},
		"it reads another value": {liar{get: func(s workloads.Store, key []byte) ([]byte, bool, error) {
			v, ok, err := s.Get(key)
			return bytes.ToUpper(v), ok, err
		}}, []string{"wrong"}},
		"it fails": {liar{get: func(workloads.Store, []byte) ([]byte, bool, error) {
			return nil, false, errors.New("no idea")
		}}, []string{"error"}},
	} {
		l := New(lying(c.how), 1, small, "")
		err := error(nil)
		for n := 0; n < 12 && err == nil; n++ {
			_, err = l.Next(t.Context())
		}
		var wrong *Violation
		require.ErrorAs(t, err, &wrong, name)
		require.Contains(t, c.classes, wrong.Class, "%s: %s", name, wrong.Sentence)
	}
}

func TestALifeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := New(lightning.Target(), 1, small, "")
	_, err := l.Next(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, l.Close())
	target, log := lightning.Target(), lightning.LogTarget()
	require.True(t, Possible(&target))
	require.False(t, Possible(&log))
}

func TestOnlyASuffixOfTheTailMayBeLost(t *testing.T) {
	t.Parallel()
	model := []uint64{0, 0, 0}
	tl := tail{}
	write := func(sync bool, number uint64, keys ...int) {
		c := commit{keys: keys, deletes: make([]bool, len(keys))}
		for _, k := range keys {
			c.was = append(c.was, model[k])
			model[k] = number
		}
		tl.add(c, sync)
	}
	write(true, 1, 0, 1)
	write(false, 2, 1)
	write(false, 3, 2, 1)
	for _, row := range []struct {
		shown []uint64
		kept  int
		ok    bool
	}{
		{[]uint64{1, 3, 3}, 3, true},
		{[]uint64{1, 2, 0}, 2, true},
		{[]uint64{1, 1, 0}, 1, true},
		{[]uint64{0, 0, 0}, 1, false}, // synced commits are lost
		{[]uint64{1, 3, 0}, 1, false}, // half of a batch
		{[]uint64{1, 1, 3}, 1, false},
	} {
		kept, ok := tl.keep(model, row.shown)
		require.Equal(t, row.ok, ok, "%v", row.shown)
		require.Equal(t, row.kept, kept, "%v", row.shown)
	}
	require.True(t, tl.allows(1, model[1], 2))
	require.True(t, tl.allows(1, model[1], 1))
	require.False(t, tl.allows(1, model[1], 0))
	require.False(t, tl.allows(0, model[0], 0))
}
