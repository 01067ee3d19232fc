package provoked

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// crossing is a sync that is held up, the work that issues it, and the work that other clients do meanwhile.
type crossing struct {
	file          string // pattern of the file whose sync is held up
	late          bool   // the sync is held up after the disk has done it, not before
	pending       int64  // limit of the commits in flight
	first, second work

	disk   *faultfs.FS
	reader *engine.Iterator // opened before the first commit, and closed while the sync is held up
}

// work is what clients do. It adds the pairs that must survive a power cut once a later commit is synced.
type work struct {
	name string
	do   func(db *engine.DB, pairs map[string]string) error
}

// put commits a value of the given length.
func put(name string, length int) work {
	return work{fmt.Sprintf("a commit of %d bytes", length), func(db *engine.DB, pairs map[string]string) error {
		pairs[name] = string(make([]byte, length))
		return db.Put([]byte(name), []byte(pairs[name]), engine.Sync)
	}}
}

const (
	smallBytes = 20
	largeBytes = 700
)

// nothing is a sync of what is committed already.
var nothing = work{"an empty sync", func(db *engine.DB, _ map[string]string) error { return db.Apply(&engine.Batch{}, engine.Sync) }}

// flushed is a commit that a flush makes durable while an empty sync waits for it.
var flushed = work{"a commit, an empty sync and a flush", func(db *engine.DB, pairs map[string]string) error {
	pairs["flushed"] = "f"
	err := db.Put([]byte("flushed"), []byte("f"), engine.NoSync)
	synced := start(func() error { return nothing.do(db, nil) })
	return errors.Join(err, db.Flush(), <-synced)
}}

var flush = work{"a flush", func(db *engine.DB, _ map[string]string) error { return db.Flush() }}

// many is the work of enough clients to fill memtables. A commit is not visible before earlier ones, so each client has
// only one.
var many = work{"commits of many clients", func(db *engine.DB, pairs map[string]string) (err error) {
	var answers []<-chan error
	for i := range 60 {
		pairs[string(key(i))] = string(value(i))
		answers = append(answers, start(func() error { return db.Put(key(i), value(i), engine.NoSync) }))
	}
	for _, answer := range answers {
		err = errors.Join(err, <-answer)
	}
	return err // a later synced commit covers them
}}

// pendings are limits of the commits in flight: one above the number of clients, one below.
var pendings = []int64{1 << 9, 4}

// crossed commits while a sync is held up, for each kind of file. What is acknowledged meanwhile or afterwards must
// survive a power cut, even though the sync in question was not for it. A reader that ends meanwhile removes the files that
// no one needs; if the power is cut then, the commit before must be there.
func crossed() error {
	for _, file := range []string{"*.log", "*.blob", "*.sst", "MANIFEST-*", storeDir} {
		for _, first := range []work{put("first", smallBytes), put("first", largeBytes), flush, nothing} {
			for _, second := range []work{put("second", smallBytes), put("second", largeBytes), many, flushed} {
				for _, late := range []bool{false, true} {
					for _, pending := range pendings {
						c := crossing{file: file, late: late, pending: pending, first: first, second: second}
						if err := c.cross(); err != nil {
							return fmt.Errorf("during %s, the sync of %s is held up (done by the disk: %t); beside it %s, at most %d in flight: %w",
								first.name, file, late, second.name, pending, err)
						}
					}
				}
			}
		}
	}
	return nil
}

// meanwhile is the number of yields to other goroutines before the sync continues. Work that waits for the sync cannot
// finish earlier.
const meanwhile = 5_000

func (c *crossing) cross() error {
	disk := newDisk()
	h := holding(disk, c.file)
	h.late, c.disk = c.late, disk
	o, flushes := options(h, false), newGate()
	o.MemtablesMax, o.Limits.PendingCommits = 16, c.pending
	o.EventListener = &engine.EventListener{FlushBegin: func(int) { flushes.pass() }}
	if c.first.name == flush.name || c.second.name == flushed.name {
		flushes.lift()
	}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	pairs := [...]map[string]string{{}, {}, {}}
	if c.reader, err = db.NewIterator(engine.IterOptions{}); err == nil {
		err = put("before", smallBytes).do(db, pairs[2])
	}
	if err == nil {
		err = c.meet(h, db, pairs[:])
	}
	all := map[string]string{}
	for _, p := range pairs {
		maps.Copy(all, p)
	}
	cut := cutSurvived(disk, faultfs.LoseAll(), all)
	flushes.lift()
	if err = closing(db, err); err != nil {
		return err
	}
	return errors.Join(c.reader.Close(), cut.Check(), allClosed(disk))
}

// meet starts the first work, does the second one while a sync of the first is held up, and then makes ordinary
// commits.
func (c *crossing) meet(h *holdingUp, db *engine.DB, pairs []map[string]string) error {
	h.armed.Store(true)
	first := start(func() error { return c.first.do(db, pairs[0]) })
	if !eventually(func() bool { return len(first) > 0 || h.holds.Load() }) {
		close(h.goOn)
		return hangs()
	}
	if !h.holds.Load() { // the work syncs no such file
		h.armed.Store(false)
		return <-first
	}
	second := start(func() error { return c.second.do(db, pairs[1]) })
	for range meanwhile {
		if len(second) > 0 {
			break
		}
		runtime.Gosched()
	}
	overfull := c.overfull(db)
	read := start(c.reader.Close)
	for n := 0; n < meanwhile && len(read) == 0; n++ { // it may have to wait for the sync, too
		runtime.Gosched()
	}
	cut := cutSurvived(c.disk, faultfs.LoseAll(), maps.Clone(pairs[2]))
	close(h.goOn)
	for _, answer := range []<-chan error{first, second, read} {
		if !eventually(returned(answer)) {
			return hangs()
		}
		if err := <-answer; err != nil {
			return err
		}
	}
	if overfull != nil {
		return overfull
	}
	if err := cut.Check(); err != nil {
		return fmt.Errorf("before the sync goes on, %w", err)
	}
	return mustReturn(func() error { // the very first commit may be in an earlier log
		return errors.Join(put("after", smallBytes).do(db, pairs[2]), put("before", 2*smallBytes).do(db, pairs[2]))
	})
}

// overfull returns an error if too many commits are in flight. While the sync of a log is held up, all commits except
// the very first are in flight.
func (c *crossing) overfull(db *engine.DB) error {
	if n := db.Metrics().Commits - 1; c.file == "*.log" && c.first.name != flush.name && n > c.pending {
		return wrong("%d commits are in flight", n)
	}
	return nil
}

// survives opens the store after a crash and returns an error unless it has the pairs.
func survives(left *faultfs.FS, pairs map[string]string) error {
	db, err := engine.Open(storeDir, options(left, true))
	if err != nil {
		return wrong("the store does not open after a crash: %w", err)
	}
	for _, k := range slices.Sorted(maps.Keys(pairs)) {
		switch got, failed := db.Get([]byte(k)); {
		case err != nil:
		case failed != nil:
			err = wrong("%q was acknowledged before a crash, but after it, Get returns %w", k, failed)
		case string(got) != pairs[k]:
			err = wrong("%q was acknowledged before a crash with a value of %d bytes, but after it, the value is another one, of %d bytes", k, len(pairs[k]), len(got))
		}
	}
	return closing(db, err)
}

// holdingUp is a filesystem that holds up one sync, or one write.
type holdingUp struct {
	afero.Fs
	file         string // pattern
	late         bool   // a sync is held up after the disk has done it, not before
	writes       bool   // a write is held up
	armed, holds atomic.Bool
	goOn         chan struct{}
}

// holding returns a filesystem that holds up the first sync of a file that matches a pattern once it is armed.
func holding(fsys afero.Fs, file string) *holdingUp {
	return &holdingUp{Fs: fsys, file: file, goOn: make(chan struct{})}
}

type heldUp struct {
	afero.File
	fs *holdingUp
}

func (h *holdingUp) wrap(f afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	return &heldUp{f, h}, nil
}

func (h *holdingUp) Open(name string) (afero.File, error) { return h.wrap(h.Fs.Open(name)) }

func (h *holdingUp) OpenFile(name string, flag int, perm fs.FileMode) (afero.File, error) {
	return h.wrap(h.Fs.OpenFile(name, flag, perm))
}

func (f *heldUp) Sync() error {
	hold := !f.fs.writes && f.isHeld()
	if hold && !f.fs.late {
		f.fs.hold()
	}
	err := f.File.Sync()
	if hold && f.fs.late {
		f.fs.hold()
	}
	return err
}

func (f *heldUp) Write(p []byte) (int, error) {
	if f.fs.writes && f.isHeld() {
		f.fs.hold()
	}
	return f.File.Write(p)
}

// isHeld reports whether this call is the one to hold up.
func (f *heldUp) isHeld() bool {
	matches, _ := path.Match(f.fs.file, path.Base(f.Name())) // the patterns are well formed
	return matches && f.fs.armed.CompareAndSwap(true, false)
}

func (h *holdingUp) hold() {
	h.holds.Store(true)
	<-h.goOn
}
