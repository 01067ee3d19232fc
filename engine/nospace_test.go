package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// filling is a store with commits of all kinds on a disk that fills up, together with what it must hold.
type filling struct {
	o             engine.Options
	db            *engine.DB
	acked, unsure map[string]string // values that must be there, and values that may be there instead
	refused       int               // refused commits, of which nothing may be there
	poisoned      bool
}

// put commits a pair with Sync, and interprets the error.
func (l *filling) put(t *testing.T, key, value string) {
	t.Helper()
	err := l.db.Put([]byte(key), []byte(value), engine.Sync)
	switch {
	case err == nil:
		require.False(t, l.poisoned, "a poisoned store accepts no writes")
		l.acked[key] = value
		delete(l.unsure, key)
	case errors.Is(err, engine.ErrNoRoom):
		require.False(t, l.poisoned)
		l.refused++
	case errors.Is(err, engine.ErrPoisoned):
		l.poisoned = true
	default:
		l.poisoned = true
		l.unsure[key] = value
	}
}

// run fills memtables, tables, blob files and levels.
func (l *filling) run(t *testing.T, round int) {
	t.Helper()
	for i := range 60 {
		l.put(t, fmt.Sprintf("k%02d", i*7%40), fmt.Sprintf("%d.%d/%0*d", round, i, i%9*8, 0))
	}
}

// shows compares the content of a store with what it must be.
func (l *filling) shows(t *testing.T, db *engine.DB, when string) {
	t.Helper()
	found := map[string]string{}
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	for ok := it.First(); ok; ok = it.Next() {
		found[string(it.Key())] = string(it.Value())
	}
	require.NoError(t, errors.Join(it.Error(), it.Close()))
	want := maps.Clone(l.acked)
	for key, value := range l.unsure {
		if found[key] == value {
			want[key] = value
		}
	}
	require.Equal(t, want, found, when)
}

// The disk is full at the first, second, ... call that needs space, and has room again a while later. Nothing acknowledged
// is lost, even in a crash that follows. Afterwards commits either succeed or return ErrPoisoned until the store is opened
// again; see I5.
func TestNoRoomAtAnyCall(t *testing.T) {
	goesOn, poisons := 0, 0
	for n := uint64(0); ; n += 1 + n/40 {
		fs := faultfs.New(faultfs.Options{})
		l := &filling{o: tiny(fs), acked: map[string]string{}, unsure: map[string]string{}}
		l.db = open(t, l.o)
		l.run(t, 0)
		create := &faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpCreate, After: fs.Now() + n}
		write := &faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpWrite, After: fs.Now() + n}
		fs.SetRules(create, write)
		l.run(t, 1)
		when := fmt.Sprintf("full from operation %d on", n)
		full := create.Hits()+write.Hits() > 0
		require.True(t, !full || l.refused > 0 || l.poisoned, when)
		l.shows(t, l.db, when)

		fs.SetRules()
		refused := l.refused
		l.run(t, 2)
		require.Equal(t, refused, l.refused, "%s: commits succeed once there is room again", when)
		if l.poisoned {
			poisons++
		} else if full {
			goesOn++
			require.NoError(t, l.db.Compact())
			require.NoError(t, l.db.Verify())
		}
		for seed := range uint64(3) {
			image, err := fs.Crash(fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
			require.NoError(t, err)
			o := l.o
			o.FS = image
			db := open(t, o)
			l.shows(t, db, when+", and a crash")
			require.NoError(t, db.Put([]byte("after"), nil, engine.Sync))
			require.NoError(t, db.Verify())
			require.NoError(t, db.Close())
		}
		_ = l.db.Close()
		if !full {
			break
		}
	}
	require.Greater(t, goesOn, 10)
	require.Greater(t, poisons, 10)
}

// A store with background maintenance rejects commits while it cannot flush, and goes on when it can.
func TestNoRoomInTheBackground(t *testing.T) {
	fs := faultfs.New(faultfs.Options{})
	o := tiny(fs)
	o.InlineMaintenance, o.MemtablesMax, o.LargeValueBytes = false, 2, 1000
	db := open(t, o)
	fs.SetRules(
		&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpCreate, Glob: "*.sst"},
		&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpCreate, Glob: "*.blob"},
	)
	key := func(i int) []byte { return fmt.Appendf(nil, "%05d", i) }
	acked := 0
	for ; ; acked++ {
		require.Less(t, acked, 10_000, "a full store refuses commits eventually")
		if err := db.Put(key(acked), make([]byte, 50), engine.NoSync); err != nil {
			require.ErrorIs(t, err, engine.ErrNoRoom)
			break
		}
	}
	require.ErrorIs(t, db.Flush(), engine.ErrNoRoom)
	fs.SetRules()
	require.NoError(t, db.Put(key(acked), nil, engine.Sync))
	require.NoError(t, db.Flush())
	db.Settle()
	require.Len(t, shown(t, db), acked+1)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}
