package provoked

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// leaving is a state in which a store is closed: some logs are flushed, some wait for a flush, and commits follow.
type leaving struct{ flushed, waiting, commits int }

func (l leaving) String() string {
	return fmt.Sprintf("%d logs flushed, %d more that wait for a flush, and then %d commits", l.flushed, l.waiting, l.commits)
}

// closed closes stores that flush in the background, with various numbers of logs. Then it shortens each remaining log by
// each number of bytes. Since the store was closed, each loss must be noticed. So must an additional byte, unless it is
// zero. If only the marker is lost, a repair must bring everything back.
func closed() error {
	for flushed := range 3 {
		for waiting := range 3 {
			for commits := range 3 {
				l := leaving{flushed, waiting, commits}
				if err := l.closed(); err != nil {
					return fmt.Errorf("a store is closed with %v: %w", l, err)
				}
			}
		}
	}
	return nil
}

func (l leaving) closed() error {
	disk, pairs := newDisk(), map[string]string{}
	var held atomic.Pointer[gate]
	o := options(disk, false)
	o.MemtablesMax, o.BlobValueBytes = l.flushed+l.waiting+2, -1
	o.EventListener = &engine.EventListener{FlushBegin: func(int) {
		if g := held.Load(); g != nil {
			g.pass()
		}
	}}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	fill := func(n int) { // makes memtables that are full
		for i := range n {
			err = errors.Join(err, l.put(db, pairs, o.MemtableBytes-entrySlack+i))
		}
	}
	first := newGate()
	held.Store(first)
	fill(l.flushed)
	if l.flushed > 0 || l.waiting > 0 {
		// The next commit gets a log with the number after that of the full one, because no table has been written yet.
		err = errors.Join(err, l.put(db, pairs, smallBytes))
	}
	first.lift()
	if err == nil && !eventually(func() bool { return db.Metrics().Memtables == 0 }) {
		err = wrong("full memtables are not flushed")
	}
	second := newGate()
	held.Store(second)
	fill(l.waiting)
	for range l.commits {
		err = errors.Join(err, l.put(db, pairs, smallBytes))
	}
	if err != nil {
		second.lift()
		return closing(db, err)
	}
	closed := start(db.Close)
	if !eventually(func() bool { _, err := db.Get(key(0)); return errors.Is(err, engine.ErrClosed) }) {
		return hangs()
	}
	second.lift()
	if !eventually(returned(closed)) {
		return hangs()
	}
	if err := <-closed; err != nil {
		return err
	}
	cut := cutNow(disk, faultfs.LoseAll(), func(left *faultfs.FS) error { return holds(left, storeDir, pairs) })
	if err := cut.Check(); err != nil {
		return wrong("after a power cut: %w", err)
	}
	return errors.Join(shortened(atRest(disk)), unmarked(atRest(disk), pairs), allClosed(disk))
}

// proven kills a store whose second log proves that the first one was durable, and tears the only commit of the second.
// Then it shortens the first log by each number of bytes. Although no commit follows, each loss must be noticed.
func proven() error {
	disk := faultfs.New(faultfs.Options{})
	db, flushes, err := unflushed(disk)
	if err != nil {
		return err
	}
	err = errors.Join(db.Put(key(0), []byte("v"), engine.Sync), db.Put(key(1), value(1), engine.NoSync))
	killed := atRest(disk)
	flushes.lift()
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	logs := slices.DeleteFunc(names(killed, storeDir), func(name string) bool { return path.Ext(name) != ".log" })
	if len(logs) != 2 {
		return wrong("each of two commits has a log of its own, and the logs are %q", logs)
	}
	for _, torn := range []int{1, len(value(1))} {
		cut := atRest(killed)
		if err := shorten(cut, path.Join(storeDir, logs[1]), torn); err != nil {
			return err
		}
		if err := holds(atRest(cut), storeDir, map[string]string{string(key(0)): "v"}); err != nil {
			return wrong("the last %d bytes of a commit are torn away: %w", torn, err)
		}
		if err := noticed(cut, path.Join(storeDir, logs[0])); err != nil {
			return fmt.Errorf("a log proves that the one before was durable, and the last %d bytes of its only commit are torn away: %w", torn, err)
		}
	}
	return nil
}

// unreadable empties the first of several logs, although the last one proves that the first was durable. While the store is
// opened, opening or reading a log fails once. Open must return an error and keep all files: it must not drop the other logs
// as if a crash had torn them.
func unreadable() error {
	disk := faultfs.New(faultfs.Options{})
	db, flushes, err := unflushed(disk)
	if err != nil {
		return err
	}
	for i := range backlogCommits {
		err = errors.Join(err, db.Put(key(i), []byte("v"), engine.NoSync))
	}
	err = errors.Join(err, db.Put(key(backlogCommits), []byte("v"), engine.Sync))
	killed := atRest(disk)
	flushes.lift()
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	before := names(killed, storeDir)
	first := slices.IndexFunc(before, func(name string) bool { return path.Ext(name) == ".log" })
	if err := afero.WriteFile(killed, path.Join(storeDir, before[first]), nil, 0o644); err != nil {
		return err
	}
	for _, op := range []faultfs.OpKind{faultfs.OpOpen, faultfs.OpRead} {
		for n := range uint64(3 * backlogCommits) {
			left := atRest(killed)
			left.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: op, Glob: "*.log", Nth: n + 1})
			db, err := engine.Open(storeDir, options(left, true))
			if err == nil {
				return errors.Join(wrong("a durable log is empty, %v %d of a log fails, and the store opens", op, n+1), db.Close())
			}
			if now := names(left, storeDir); !slices.Equal(now, before) {
				return wrong("a durable log is empty and %v %d of a log fails: the store had the files %q, and now has %q", op, n+1, before, now)
			}
		}
	}
	return nil
}

// unmarked empties the marker of a closed store and repairs it.
func unmarked(disk *faultfs.FS, pairs map[string]string) error {
	if len(pairs) == 0 {
		return nil // without a marker and without data, it is no store
	}
	for _, name := range names(disk, storeDir) {
		if strings.HasPrefix(name, "marker.") {
			if err := afero.WriteFile(disk, path.Join(storeDir, name), nil, 0o644); err != nil {
				return err
			}
		}
	}
	if _, err := engine.Repair(storeDir, options(disk, true)); err != nil {
		return err
	}
	if err := holds(disk, storeDir, pairs); err != nil {
		return wrong("the marker is empty, and after a repair: %w", err)
	}
	return nil
}

// entrySlack is what a memtable needs for one entry in addition to its value.
const entrySlack = 200

func (l leaving) put(db *engine.DB, pairs map[string]string, length int) error {
	k := string(key(len(pairs)))
	pairs[k] = string(make([]byte, length))
	return db.Put([]byte(k), []byte(pairs[k]), engine.NoSync)
}

// shortened shortens and lengthens each log of a closed store.
func shortened(disk *faultfs.FS) error {
	for _, name := range names(disk, storeDir) {
		if path.Ext(name) == ".log" {
			if err := errors.Join(noticed(disk, path.Join(storeDir, name)), lengthened(disk, path.Join(storeDir, name))); err != nil {
				return err
			}
		}
	}
	return nil
}

// lengthened appends a byte to a log.
func lengthened(disk *faultfs.FS, name string) error {
	content, err := afero.ReadFile(disk, name)
	if err != nil {
		return err
	}
	for _, b := range []byte{0, 1} {
		long := atRest(disk)
		if err := afero.WriteFile(long, name, append(slices.Clip(content), b), 0o644); err != nil {
			return err
		}
		report, err := engine.VerifyDir(storeDir, options(long, true))
		if err == nil && (len(report.Problems) > 0) != (b > 0) {
			err = wrong("the byte %d follows the end of %s, and VerifyDir reports %q", b, name, report.Problems)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shortenedMost is the number of bytes up to which a log is shortened before all of it is taken away.
const shortenedMost = 24

// noticed shortens a log by each number of bytes. Each time, Open must find the store corrupt.
func noticed(disk *faultfs.FS, name string) error {
	info, err := disk.Stat(name)
	if err != nil {
		return err
	}
	for n := 1; n <= int(info.Size()); n++ {
		if n == shortenedMost {
			n = int(info.Size())
		}
		open := torture.Call{What: "Open", Disk: disk, Do: func(cut *faultfs.FS, make func(string, func() error) error) error {
			if err := shorten(cut, name, n); err != nil {
				return err
			}
			err := make(name, func() error {
				db, err := engine.Open(storeDir, options(cut, true))
				if err == nil {
					err = db.Close()
				}
				return err
			})
			if !errors.Is(err, engine.ErrCorrupt) {
				return wrong("%s was shortened by %d of %d bytes, and Open returns %w", name, n, info.Size(), orNone(err))
			}
			return nil
		}}
		if err := open.Check(); err != nil {
			return err
		}
	}
	return nil
}

// shorten takes the last n bytes of a file away.
func shorten(fsys afero.Fs, name string, n int) error {
	content, err := afero.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	return afero.WriteFile(fsys, name, content[:len(content)-n], 0o644)
}
