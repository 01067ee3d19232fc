package provoked

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// stall is a reason for which writers wait, and how to bring it about: what would end it is held up.
type stall struct {
	reason  engine.StallReason
	set     func(*engine.Options)
	flushes bool                      // flushes are held up
	holds   []engine.CompactionReason // compactions for these reasons are held up
	spread  bool                      // no two tables overlap
	met     func(m *engine.Metrics) error
}

// Limits of the stores that wait.
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

// about returns an error unless there is as much as writers wait for, or one more: what is under way when they begin to wait is finished.
func about(what string, got, want int) error {
	if got == want || got == want+1 {
		return nil
	}
	return wrong("%s: %d, and not %d", what, got, want)
}

// Stalls makes writers wait for each reason, and looks at what is said of it then: the event names the reason, the metrics say that
// they wait, and there is as much as they wait for. When it is gone, they go on.
func Stalls() (all error) {
	for _, s := range stalls {
		if err := s.provoke(); err != nil {
			all = errors.Join(all, fmt.Errorf("writers wait for the reason %q: %w", s.reason, err))
		}
	}
	return all
}

// gate holds up those who come to it until it is opened.
type gate struct {
	once sync.Once
	open chan struct{}
}

func (g *gate) pass() { <-g.open }
func (g *gate) lift() { g.once.Do(func() { close(g.open) }) }

func (s *stall) provoke() error {
	disk, g := faultfs.New(faultfs.Options{}), &gate{open: make(chan struct{})}
	told := make(chan engine.StallReason, 1000) // of which there are far fewer
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
	return errors.Join(err, db.Close(), letGo(disk))
}

// wait writes until the writer waits, and then lets it go on.
func (s *stall) wait(db *engine.DB, told <-chan engine.StallReason, g *gate) error {
	pairs := map[string]string{}
	n, answer := 0, make(<-chan error)
	for len(told) == 0 {
		if n++; n > 10_000 {
			return wrong("%d commits are taken in, and none waits", n)
		}
		k := key(n)
		if !s.spread {
			k = key(n % 10)
		}
		pairs[string(k)] = string(value(n))
		answer = start(func() error { return db.Put(k, value(n), engine.NoSync) })
		if !comes(func() bool { return len(answer) > 0 || len(told) > 0 }) {
			return wrong("commit %d does not return, and does not say why", n)
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
		err = errors.Join(err, wrong("the event says %q", said))
	}
	if !m.Stalled || m.Stalls != 1 {
		err = errors.Join(err, wrong("the metrics say that writers wait: %t, and have waited %d times", m.Stalled, m.Stalls))
	}
	if len(answer) > 0 {
		err = errors.Join(err, wrong("the writer that waits has returned"))
	}
	g.lift()
	if !comes(returned(answer)) {
		return errors.Join(err, wrong("what they wait for is gone, and they go on waiting"))
	}
	return errors.Join(err, <-answer, shows(db, pairs))
}

// flushed waits until memtables are flushed that nobody holds up, so that the number of tables depends on nobody's speed.
func (s *stall) flushed(db *engine.DB) error {
	if s.flushes {
		return nil
	}
	settled := func() bool {
		m := db.Metrics()
		return m.Memtables == 0 && (!s.spread || m.Levels[0].Tables == 0 || m.Stalled)
	}
	if !comes(settled) {
		return wrong("a memtable is full, and is not flushed")
	}
	return nil
}
