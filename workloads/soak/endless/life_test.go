package endless

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
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
	require.Positive(t, l.commits)
	require.Equal(t, l.commits, again.commits)
	for key := range l.model.keys {
		require.Equal(t, l.model.get(key), again.model.get(key))
	}
	s, err := again.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, s.Number)
	require.NoError(t, again.Close())

	_, err = Load(lightning.Target(), 2, small, file)
	require.ErrorContains(t, err, "remove it to begin with an empty store")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"a bit in a file":         flipped(text, 100),
		"a bit in the model":      flipped(text, int(binary.LittleEndian.Uint64(text[len(text)-16:]))-1),
		"a bit in the contents":   flipped(text, len(text)-20),
		"a bit in the end":        flipped(text, len(text)-16),
		"a bit in the last bytes": flipped(text, len(text)-1),
		"cut off":                 text[:len(text)/2],
		"empty":                   nil,
		"no directory":            forged(t, text, func(c *contents) { c.Files = c.Files[1:] }),
		"a short model":           forged(t, text, func(c *contents) { c.Model.Bytes-- }),
	} {
		other := filepath.Join(t.TempDir(), "life")
		require.NoError(t, os.WriteFile(other, bad, 0o600))
		_, err = Load(lightning.Target(), 1, small, other)
		require.ErrorContains(t, err, "is not a snapshot of this soak's store", name)
	}
}

func flipped(text []byte, at int) []byte {
	bad := slices.Clone(text)
	bad[at] ^= 1
	return bad
}

// forged returns a snapshot with other contents and a matching checksum.
func forged(t *testing.T, text []byte, change func(*contents)) []byte {
	t.Helper()
	at := binary.LittleEndian.Uint64(text[len(text)-footerBytes:])
	c := &contents{}
	require.NoError(t, gob.NewDecoder(bytes.NewReader(text[at:])).Decode(c))
	change(c)
	var about bytes.Buffer
	require.NoError(t, gob.NewEncoder(&about).Encode(c))
	bad := append(slices.Clone(text[:at]), about.Bytes()...)
	bad = binary.LittleEndian.AppendUint64(bad, at)
	bad = binary.LittleEndian.AppendUint32(bad, crc32.Checksum(about.Bytes(), castagnoli))
	return binary.LittleEndian.AppendUint32(bad, magic)
}

// What was not saved is repeated, and what was saved is not read into memory.
func TestALifeGoesOnFromItsSnapshot(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "life")
	l := New(lightning.Target(), 1, small, file)
	_, err := l.Next(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Save())
	require.Empty(t, l.disk.Trace(), "the disk begins with what is in the snapshot")
	require.Empty(t, l.model.changed)
	_, err = l.Next(t.Context()) // not saved, as if the process was killed
	require.NoError(t, err)
	require.NotEmpty(t, l.model.changed)

	again, err := Load(lightning.Target(), 1, small, file)
	require.NoError(t, err)
	s, err := again.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, s.Number)
	require.NoError(t, again.Save())
}

// What an engine does after the host could not read the snapshot says nothing about the engine.
func TestAnUnreadableSnapshotIsNotTheEnginesFault(t *testing.T) {
	t.Parallel()
	recovering := lightning.Target()
	open := recovering.Open
	recovering.Open = func(env torture.Env) (s workloads.Store, err error) {
		defer func() {
			if wrong := recover(); wrong != nil {
				err = fmt.Errorf("corrupt: %v", wrong)
			}
		}()
		return open(env)
	}
	for name, target := range map[string]torture.Target{"an engine that panics": lightning.Target(), "one that recovers": recovering} {
		for what, do := range map[string]func(*Life) error{
			"the next stretch": func(l *Life) error {
				_, err := l.Next(t.Context())
				return err
			},
			"a snapshot": (*Life).Save,
			"the model": func(l *Life) (err error) {
				defer l.saved.blame(&err)
				l.model.get(0)
				return nil
			},
		} {
			file := filepath.Join(t.TempDir(), "life")
			l := New(target, 1, small, file)
			_, err := l.Next(t.Context())
			require.NoError(t, err)
			require.NoError(t, l.Save())
			require.NoError(t, os.Truncate(file, 0))
			err = do(l)
			require.ErrorIs(t, err, io.EOF, "%s, %s", what, name)
			require.ErrorContains(t, err, "read the snapshot of the long-lived store", "%s, %s", what, name)
			require.NotErrorAs(t, err, new(*Violation))
		}
	}
}

func TestTheFilesOfASnapshotHaveDirectories(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files []savedFile
		wrong string
	}{
		{[]savedFile{{Name: "/life", Dir: true}, {Name: "/life/1.log"}, {Name: "/life/d", Dir: true}, {Name: "/life/d/2.log"}}, ""},
		{[]savedFile{{Name: "/life/1.log"}}, "the directory of /life/1.log is missing"},
		{[]savedFile{{Name: "/life/1.log"}, {Name: "/life", Dir: true}}, "the directory of /life/1.log is missing"},
		{[]savedFile{{Name: "/life"}, {Name: "/life/1.log"}}, "the directory of /life/1.log is missing"},
		{[]savedFile{{Name: "/life", Dir: true}, {Name: "/life"}}, "/life is there twice"},
		{[]savedFile{{Name: "/", Dir: true}}, "/ is there twice"},
		{[]savedFile{{Name: "life", Dir: true}}, `"life" is not the name of a file`},
		{[]savedFile{{Name: "/life", Dir: true}, {Name: "/life/../1.log"}}, `"/life/../1.log" is not the name of a file`},
	} {
		err := (&contents{Files: c.files}).connected()
		if c.wrong == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, c.wrong)
	}
}

func TestALargeStoreIsOpenedWithRoomyLimits(t *testing.T) {
	t.Parallel()
	target, limits := lightning.Target(), torture.Limits(nil)
	open := target.Open
	target.Open = func(env torture.Env) (workloads.Store, error) {
		limits = env.Limits
		return open(env)
	}
	for bytes, want := range map[int64]torture.Limits{small: nil, 1 << 30: target.Roomy} {
		l := New(target, 1, bytes, "")
		require.NoError(t, l.open())
		require.Equal(t, want, limits)
		require.NoError(t, l.Close())
	}
	require.NotEmpty(t, target.Roomy)
}

func TestALifeFillsItsStore(t *testing.T) {
	t.Parallel()
	l := New(lightning.Target(), 1, small, filepath.Join(t.TempDir(), "life"))
	for range 2 {
		s, err := l.Next(t.Context())
		require.NoError(t, err)
		require.Greater(t, s.LiveBytes, int64(small/2))
		require.NoError(t, l.Save())
	}
	require.Equal(t, l.model.keys, l.filled)
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
	latest := func(key int) uint64 { return model[key] }
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
		differs := map[int]uint64{}
		for key, commit := range row.shown {
			if commit != model[key] {
				differs[key] = commit
			}
		}
		kept, ok := tl.keep(latest, differs)
		require.Equal(t, row.ok, ok, "%v", row.shown)
		require.Equal(t, row.kept, kept, "%v", row.shown)
	}
	require.True(t, tl.allows(1, model[1], 2))
	require.True(t, tl.allows(1, model[1], 1))
	require.False(t, tl.allows(1, model[1], 0))
	require.False(t, tl.allows(0, model[0], 0))
}
