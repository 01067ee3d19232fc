package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// ErrWrong is returned for a store that does not behave as it should in a situation.
var ErrWrong = errors.New("provoked: wrong outcome")

func wrong(format string, args ...any) error {
	return torture.Judged(fmt.Errorf("%w: %w", ErrWrong, fmt.Errorf(format, args...)))
}

// The directories that the checks create.
const (
	storeDir = "db"
	copyDir  = "copy"
	repoDir  = "backups"
)

// options returns options for a small store, which soon has several tables, levels and blob files.
func options(fsys afero.Fs, inline bool) engine.Options {
	return engine.Options{
		FS: fsys, InlineMaintenance: inline, CompactionsMax: 1, LogAheadBytes: -1,
		MemtableBytes: 4 << 10, MemtablesMax: 2, L0CompactionFiles: 2, LevelBytesBase: 4 << 10, LevelSizeRatio: 2, TableBytes: 2 << 10, BlockBytes: 256,
		BlobValueBytes: 200, LargeValueBytes: 600, BlobFileBytes: 2 << 10,
		Limits: engine.Limits{TableWholeBytes: 1, TableTailBytes: 64}, // tables are not kept in memory
	}
}

func key(i int) []byte { return fmt.Appendf(nil, "key-%04d", i) }

// value returns the value of a number: most are short, some belong in a blob file, and a few are large.
func value(i int) []byte {
	length := 20 + i%50
	switch i % 16 {
	case 3, 9:
		length = 300
	case 13:
		length = 700
	}
	return bytes.Repeat([]byte{'a' + byte(i%26)}, length)
}

// newDisk returns an empty disk that records where in the engine each of its operations was made.
func newDisk() *faultfs.FS { return faultfs.New(faultfs.Options{Callers: true}) }

// cutNow is a power cut at the present tick. What holds checks need not be true of earlier power cuts.
func cutNow(disk *faultfs.FS, profile faultfs.Profile, holds func(left *faultfs.FS) error) torture.PowerCut {
	now := disk.Now()
	return torture.PowerCut{
		Disk: disk, Model: faultfs.Model{Profile: profile}, Tick: now, Since: now,
		Holds: func(left *faultfs.FS, _ uint64) error { return holds(left) },
	}
}

// cutSurvived is a power cut at the present tick, after which the store must have some pairs. After an earlier one it must
// open.
func cutSurvived(disk *faultfs.FS, profile faultfs.Profile, pairs map[string]string) torture.PowerCut {
	now := disk.Now()
	return torture.PowerCut{
		Disk: disk, Model: faultfs.Model{Profile: profile}, Tick: now,
		Holds: func(left *faultfs.FS, tick uint64) error {
			if tick < now {
				return survives(left, nil)
			}
			return survives(left, pairs)
		},
	}
}

// filled makes a store with n keys on a fresh disk, overwrites or deletes some of them, and closes it.
func filled(n int) (disk *faultfs.FS, pairs map[string]string, err error) {
	disk, pairs = faultfs.New(faultfs.Options{}), map[string]string{}
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return nil, nil, err
	}
	for i := range 2 * n {
		k := key(i * 7 % n)
		if pairs[string(k)] = string(value(i)); i%11 == 0 {
			delete(pairs, string(k))
			err = errors.Join(err, db.Delete(k, engine.NoSync))
			continue
		}
		err = errors.Join(err, db.Put(k, value(i), engine.NoSync))
	}
	return disk, pairs, errors.Join(err, db.Close())
}

// atRest returns a copy of the disk on which everything is durable.
func atRest(disk *faultfs.FS) *faultfs.FS { return copyOf(disk, faultfs.ImageOptions{}) }

// copyOf does what atRest does, with options for the copy.
func copyOf(disk *faultfs.FS, o faultfs.ImageOptions) *faultfs.FS {
	again, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseNone()}, o)
	if err != nil {
		panic(err) // the profile applies to every disk
	}
	return again
}

// shows returns an error unless the store verifies and shows exactly the given pairs.
func shows(db *engine.DB, pairs map[string]string) error {
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	found := map[string]string{}
	for ok := it.First(); ok; ok = it.Next() {
		found[string(it.Key())] = string(it.Value())
	}
	err = errors.Join(it.Error(), it.Close(), db.Verify())
	if err == nil && !maps.Equal(found, pairs) {
		err = wrong("the store shows %d pairs, which are not the %d expected: %s", len(found), len(pairs), difference(db, found, pairs))
	}
	return err
}

// difference describes the first key, in order, of which an iterator has shown something else than expected, and what other ways
// to read it show.
func difference(db *engine.DB, found, pairs map[string]string) string {
	for _, k := range slices.Sorted(maps.Keys(mergedKeys(found, pairs))) {
		got, shown := found[k]
		want, wanted := pairs[k]
		if shown == wanted && got == want {
			continue
		}
		value, err := db.Get([]byte(k))
		text := fmt.Sprintf("an iterator shows %s as %s instead of %s, Get as %s",
			k, described(got, shown), described(want, wanted), described(string(value), err == nil))
		if it, err := db.NewIterator(engine.IterOptions{}); err == nil {
			there := it.SeekGE([]byte(k)) && string(it.Key()) == k
			text += ", and a seek as " + described(string(it.Value()), there)
			_ = it.Close() // it was only to show something
		}
		return text
	}
	return "no key differs"
}

func mergedKeys(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// described shows the beginning of a value and its length.
func described(value string, there bool) string {
	if !there {
		return "absent"
	}
	return fmt.Sprintf("%.8q (%d bytes)", value, len(value))
}

// holds opens the store in a directory, checks what it shows, and closes it.
func holds(fsys afero.Fs, dir string, pairs map[string]string) error {
	o := options(fsys, true)
	o.ErrorIfMissing = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return err
	}
	return errors.Join(shows(db, pairs), db.Close())
}

// allClosed returns an error if a file is still open on a disk.
func allClosed(disk *faultfs.FS) error {
	if open := disk.OpenFiles(); len(open) > 0 {
		return wrong("everything was closed, but %q are still open", open)
	}
	return nil
}

// names returns the names in a directory in order, or none if the directory does not exist.
func names(fsys afero.Fs, dir string) []string {
	infos, _ := afero.ReadDir(fsys, dir) // a directory that cannot be listed holds nothing
	var all []string
	for _, i := range infos {
		all = append(all, i.Name())
	}
	slices.Sort(all)
	return all
}

var errNone = errors.New("no error")

// orNone returns an error to print.
func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// Before a check concludes that an event never comes, it yields to other goroutines patience times, and then waits for
// that many pauses. An awaited event takes some thousand instructions, and nothing else holds it up. But on a busy
// machine the thread that executes them may have to wait for a processor while this one yields.
const (
	patience = 2_000_000
	pauses   = 10_000
	pause    = time.Millisecond
)

// eventually reports whether happened returns true within that time.
func eventually(happened func() bool) bool {
	if soon(happened) {
		return true
	}
	next := time.NewTicker(pause)
	defer next.Stop()
	for range pauses {
		if happened() {
			return true
		}
		<-next.C
	}
	return false
}

// soon waits as long as eventually does, for an event that need not come.
func soon(happened func() bool) bool {
	for range patience {
		if happened() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// returned returns a function that reports whether a call has returned.
func returned(answer <-chan error) func() bool { return func() bool { return len(answer) > 0 } }

// start makes a call on its own goroutine. The channel receives its result.
func start(call func() error) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- call() }()
	return answer
}

// rests returns an error unless a store comes to rest when no one uses it. The options are those that it was opened with.
func rests(db *engine.DB, o engine.Options) (err error) {
	const each = 256 // a look takes as long as many yields
	o.EnsureDefaults()
	n := 0
	rested := func() bool {
		if n++; n%each == 1 {
			err = accounts.Rested(db, storeDir, &o)
		}
		return err == nil
	}
	if eventually(rested) {
		return nil
	}
	return wrong("no one uses the store, but it has something left to do: %w", err)
}

// errHangs is wrapped by hangs.
var errHangs = errors.New("a call never returns")

// hangs returns an ErrWrong for a call made by start that does not return. Close would not return either.
func hangs() error {
	return torture.Judged(fmt.Errorf("%w: %w", ErrWrong, errHangs), "provoked.start")
}

// mustReturn makes a call that must return.
func mustReturn(call func() error) error {
	answer := start(call)
	if !eventually(returned(answer)) {
		return hangs()
	}
	return <-answer
}

// closing closes a store after an error, unless Close would hang.
func closing(db *engine.DB, err error) error {
	if errors.Is(err, errHangs) {
		return err
	}
	return errors.Join(err, db.Close())
}
