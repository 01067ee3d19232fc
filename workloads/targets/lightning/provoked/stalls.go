package provoked

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// stall is a reason for writers to wait, and how to cause it: by holding up the work that would relieve it.
type stall struct {
	reason  engine.StallReason
	set     func(*engine.Options)
	flushes bool                          // flushes are held up
	holds   []engine.CompactionReason     // compactions for these reasons are held up
	spread  bool                          // no two tables overlap
	met     func(m *engine.Metrics) error // checks the quantity that the writers wait for
}

// Limits of the stalled stores.
const (
	stallMemtables = 2
	stallLevel0    = 2
	stallFactor    = 3
	stallTables    = 4
)

var stalls = []stall{
	{
		reason: engine.StallMemtables, flushes: true,
		set: func(o *engine.Options) { o.MemtablesMax = stallMemtables },
		met: func(m *engine.Metrics) error {
			return about("memtables that wait for a flush", m.Memtables, stallMemtables)
		},
	},
	{
		reason: engine.StallLevel0, holds: []engine.CompactionReason{engine.CompactionLevel0, engine.CompactionSize, engine.CompactionSmall},
		set: func(o *engine.Options) { o.L0CompactionFiles, o.Limits.StopFactor = stallLevel0, stallFactor },
		met: func(m *engine.Metrics) error {
			return about("tables in level 0", m.Levels[0].Tables, stallLevel0*stallFactor)
		},
	},
	{
		reason: engine.StallTables, holds: []engine.CompactionReason{engine.CompactionSmall}, spread: true,
		set: func(o *engine.Options) {
			o.L0CompactionFiles, o.CompactionsMax, o.TableBytes = 1, stallTables*stallFactor, 64<<20
			o.Limits.SmallTables, o.Limits.StopFactor = stallTables, stallFactor
		},
		met: func(m *engine.Metrics) error {
			return about("tables in the last level", m.Levels[len(m.Levels)-1].Tables, stallTables*stallFactor+1)
		},
	},
}

// about returns an error unless got is want or one more, because work in progress when the writers begin to wait still
// finishes.
func about(what string, got, want int) error {
	if got == want || got == want+1 {
		return nil
	}
	return wrong("%s: %d, want %d", what, got, want)
}

// Stalls makes writers wait for each reason and checks what is reported: the event names the reason, the metrics show
// that writers wait, and the quantity that they wait for is at its limit. Once the cause is gone, the writers must go
// on.
func Stalls() (all error) {
	for _, s := range stalls {
		if err := s.provoke(); err != nil {
			all = errors.Join(all, fmt.Errorf("writers that wait for the reason %q: %w", s.reason, err))
		}
	}
	return all
}

// gate holds up the goroutines that pass it until it is lifted.
type gate struct {
	once sync.Once
	open chan struct{}
}

func (g *gate) pass() { <-g.open }
func (g *gate) lift() { g.once.Do(func() { close(g.open) }) }

func (s *stall) provoke() error {
	disk, g := faultfs.New(faultfs.Options{}), &gate{open: make(chan struct{})}
	told := make(chan engine.StallReason, 1000) // far more than there will be
	o := options(disk, false)
	o.BlobValueBytes, o.LevelBytesBase, o.L0CompactionFiles, o.MemtablesMax = -1, 1<<30, 1<<10, 8
	s.set(&o)
	o.EventListener = &engine.EventListener{
		WriteStall: func(i engine.StallInfo) { told <- i.Reason },
		FlushBegin: func(int) {
			if s.flushes {
				g.pass()
			}
		},
		CompactionBegin: func(i engine.CompactionInfo) {
			if slices.Contains(s.holds, i.Reason) {
				g.pass()
			}
		},
	}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	err = s.wait(db, told, g)
	g.lift()
	return errors.Join(err, db.Close(), allClosed(disk))
}

// wait commits until a writer waits, and then lets it go on.
func (s *stall) wait(db *engine.DB, told <-chan engine.StallReason, g *gate) error {
	pairs := map[string]string{}
	n, answer := 0, make(<-chan error)
	for len(told) == 0 {
		if n++; n > 10_000 {
			return wrong("%d commits are accepted and no writer waits", n)
		}
		k := key(n)
		if !s.spread {
			k = key(n % 10)
		}
		pairs[string(k)] = string(value(n))
		answer = start(func() error { return db.Put(k, value(n), engine.NoSync) })
		if !eventually(func() bool { return len(answer) > 0 || len(told) > 0 }) {
			return wrong("commit %d does not return, and no event gives a reason", n)
		}
		if len(answer) > 0 {
			if err := <-answer; err != nil {
				return err
			}
			if err := s.flushed(db); err != nil {
				return err
			}
		}
	}
	m := db.Metrics()
	said := <-told
	err := s.met(&m)
	if said != s.reason {
		err = errors.Join(err, wrong("the event gives the reason %q", said))
	}
	if !m.Stalled || m.Stalls != 1 {
		err = errors.Join(err, wrong("the metrics report: stalled %t, %d stalls", m.Stalled, m.Stalls))
	}
	if len(answer) > 0 {
		err = errors.Join(err, wrong("the waiting writer has returned"))
	}
	g.lift()
	if !eventually(returned(answer)) {
		return errors.Join(err, wrong("the cause is gone, but the writer still waits"))
	}
	return errors.Join(err, <-answer, shows(db, pairs))
}

// flushed waits until the memtables are flushed, unless flushes are held up, so that the number of tables does not
// depend on timing.
func (s *stall) flushed(db *engine.DB) error {
	if s.flushes {
		return nil
	}
	settled := func() bool {
		m := db.Metrics()
		return m.Memtables == 0 && (!s.spread || m.Levels[0].Tables == 0 || m.Stalled)
	}
	if !eventually(settled) {
		return wrong("a full memtable is not flushed")
	}
	return nil
}
