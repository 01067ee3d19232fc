package provoked

import (
	"errors"
	"fmt"
	"runtime"
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

var stallReasons = []stall{
	{
		reason: engine.StallMemtables, flushes: true,
		set: func(o *engine.Options) { o.MemtablesMax = stallMemtables },
		met: func(m *engine.Metrics) error {
			return exactly("memtables that wait for a flush", m.Memtables, stallMemtables)
		},
	},
	{
		reason: engine.StallLevel0, holds: []engine.CompactionReason{engine.CompactionLevel0, engine.CompactionSize, engine.CompactionSmall},
		set: func(o *engine.Options) { o.L0CompactionFiles, o.Limits.StopFactor = stallLevel0, stallFactor },
		met: func(m *engine.Metrics) error {
			return exactly("tables in level 0", m.Levels[0].Tables, stallLevel0*stallFactor+1)
		},
	},
	{
		reason: engine.StallTables, holds: []engine.CompactionReason{engine.CompactionSmall}, spread: true,
		set: func(o *engine.Options) {
			o.L0CompactionFiles, o.CompactionsMax, o.TableBytes = 1, stallTables*stallFactor, 64<<20
			o.Limits.SmallTables, o.Limits.StopFactor = stallTables, stallFactor
		},
		met: func(m *engine.Metrics) error {
			return exactly("tables in the last level", m.Levels[len(m.Levels)-1].Tables, stallTables*stallFactor+2)
		},
	},
}

func exactly(what string, got, want int) error {
	if got == want {
		return nil
	}
	return wrong("%s: %d, want %d", what, got, want)
}

// stalls makes writers wait for each reason and checks what is reported: the event names the reason, the metrics show
// that writers wait, and the quantity that they wait for is at its limit. Then the wait ends in each possible way, and
// the writers must return.
func stalls() (all error) {
	for _, s := range stallReasons {
		for i := range reliefs {
			if err := s.provoke(&reliefs[i]); err != nil {
				all = errors.Join(all, fmt.Errorf("writers that wait for the reason %q, until %s: %w", s.reason, reliefs[i].name, err))
			}
		}
	}
	return all
}

// gate holds up the goroutines that pass it until it is lifted.
type gate struct {
	once sync.Once
	open chan struct{}
}

func newGate() *gate { return &gate{open: make(chan struct{})} }

func (g *gate) pass() { <-g.open }
func (g *gate) lift() { g.once.Do(func() { close(g.open) }) }

func (s *stall) provoke(r *relief) error {
	disk, g := faultfs.New(faultfs.Options{}), newGate()
	told := make(chan engine.StallReason, 1000) // far more than there will be
	o := options(disk, false)
	o.BlobValueBytes, o.LevelBytesBase, o.L0CompactionFiles, o.MemtablesMax = -1, 1<<30, 1<<10, 8
	s.set(&o)
	w := &waiting{disk: disk, gate: g, pairs: map[string]string{}}
	o.EventListener = &engine.EventListener{
		WriteStall: func(i engine.StallInfo) { told <- i.Reason },
		FlushBegin: func(int) {
			for w.committing.Load() { // so that a writer always counts the tables before the flush that it causes
				runtime.Gosched()
			}
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
	w.db = db
	err = s.wait(w, told)
	w.committing.Store(false)
	if err == nil {
		err = s.settle(w)
	}
	if err == nil {
		err = errors.Join(s.reported(w, <-told), r.end(w))
	}
	g.lift()
	if err = errors.Join(err, w.close()); errors.Is(err, errHangs) {
		return err
	}
	return errors.Join(err, allClosed(disk))
}

// wait commits until a writer waits.
func (s *stall) wait(w *waiting, told <-chan engine.StallReason) error {
	for n := 1; len(told) == 0; n++ {
		if n > 10_000 {
			return wrong("%d commits are accepted and no writer waits", n)
		}
		k := key(n)
		if !s.spread {
			k = key(n % 10)
		}
		w.pairs[string(k)] = string(value(n))
		w.committing.Store(true)
		w.answer = start(func() error { return w.db.Put(k, value(n), engine.NoSync) })
		if !eventually(func() bool { return len(w.answer) > 0 || len(told) > 0 }) {
			return wrong("commit %d does not return, and no event gives a reason", n)
		}
		if len(w.answer) > 0 {
			w.committing.Store(false)
			if err := <-w.answer; err != nil {
				return err
			}
			if err := s.flushed(w.db); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle waits until all work has ended, except what is held up.
func (s *stall) settle(w *waiting) error {
	if !eventually(func() bool { return s.quiet(w.db.Metrics()) }) {
		return wrong("what is not held up does not end")
	}
	return nil
}

// quiet reports whether all work has ended, except what is held up.
func (s *stall) quiet(m engine.Metrics) bool {
	return s.flushes || m.Memtables == 0 && (!s.spread || m.Levels[0].Tables == 0)
}

// reported checks what the store says while a writer waits.
func (s *stall) reported(w *waiting, said engine.StallReason) error {
	m := w.db.Metrics()
	err := s.met(&m)
	if said != s.reason {
		err = errors.Join(err, wrong("the event gives the reason %q", said))
	}
	if !m.Stalled || m.Stalls != 1 {
		err = errors.Join(err, wrong("the metrics report: stalled %t, %d stalls", m.Stalled, m.Stalls))
	}
	if len(w.answer) > 0 {
		err = errors.Join(err, wrong("the waiting writer has returned"))
	}
	return err
}

// flushed waits until the memtables are flushed, unless flushes are held up, so that the number of tables does not
// depend on timing.
func (s *stall) flushed(db *engine.DB) error {
	if s.flushes {
		return nil
	}
	settled := func() bool {
		m := db.Metrics()
		return s.quiet(m) || m.Memtables == 0 && m.Stalled
	}
	if !eventually(settled) {
		return wrong("a full memtable is not flushed")
	}
	return nil
}
