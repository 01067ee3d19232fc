package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// ErrWrong is returned for a store that does not get out of a situation as it should.
var ErrWrong = errors.New("provoked: a store does not get out of a situation")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrWrong, fmt.Errorf(format, args...))
}

// Names of what the checks make.
const (
	storeDir = "db"
	copyDir  = "copy"
	repoDir  = "backups"
)

// options are those of a small store: what it holds is soon in several tables, levels and blob files.
func options(fsys afero.Fs, inline bool) engine.Options {
	return engine.Options{
		FS: fsys, InlineMaintenance: inline, CompactionsMax: 1, LogAheadBytes: -1,
		MemtableBytes: 4 << 10, MemtablesMax: 2, L0CompactionFiles: 2, LevelBytesBase: 4 << 10, LevelSizeRatio: 2, TableBytes: 2 << 10, BlockBytes: 256,
		BlobValueBytes: 200, LargeValueBytes: 600, BlobFileBytes: 2 << 10,
		Limits: engine.Limits{TableWholeBytes: 1, TableTailBytes: 64}, // tables stay open
	}
}

func key(i int) []byte { return fmt.Appendf(nil, "key-%04d", i) }

// value returns a value of which most are short, some belong in a blob file, and few are large.
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

// filled makes a store on a fresh disk and closes it. It has n keys, some of them overwritten or deleted.
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

// after returns the disk as it is after a power cut under a profile; with LoseNone it is the same disk once more.
func after(disk *faultfs.FS, profile faultfs.Profile) *faultfs.FS {
	again, err := disk.Crash(disk.Now(), faultfs.Model{Profile: profile}, faultfs.ImageOptions{})
	if err != nil {
		panic(err) // these models are for every disk
	}
	return again
}

// shows returns an error unless a store verifies and shows just what it should.
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
		err = wrong("%d pairs are shown, and not just the %d that should be", len(found), len(pairs))
	}
	return err
}

// holds opens the store in a directory, sees that it shows what it should, and closes it.
func holds(fsys afero.Fs, dir string, pairs map[string]string) error {
	o := options(fsys, true)
	o.ErrorIfMissing = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return err
	}
	return errors.Join(shows(db, pairs), db.Close())
}

// letGo returns an error if something is still open on a disk.
func letGo(disk *faultfs.FS) error {
	if open := disk.OpenFiles(); len(open) > 0 {
		return wrong("everything is closed, and %q are still open", open)
	}
	return nil
}

// names returns the names in a directory, in order; none if it is not there.
func names(fsys afero.Fs, dir string) []string {
	infos, _ := afero.ReadDir(fsys, dir) // a directory that cannot be listed holds nothing
	var all []string
	for _, i := range infos {
		all = append(all, i.Name())
	}
	slices.Sort(all)
	return all
}

// patience is how often others are let run before something is believed never to come. What is waited for takes some thousand
// instructions, and nothing else keeps it from coming.
const patience = 2_000_000

// comes reports whether something comes while others run.
func comes(come func() bool) bool {
	for range patience {
		if come() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// returned is what reports whether a call has returned.
func returned(answer <-chan error) func() bool { return func() bool { return len(answer) > 0 } }

// start makes a call on a goroutine of its own. The channel gets what it returns.
func start(call func() error) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- call() }()
	return answer
}

// errHangs is an ErrWrong about a call that does not return. Neither would Close.
var errHangs = wrong("a call never returns")

// ends makes a call that must return.
func ends(call func() error) error {
	answer := start(call)
	if !comes(returned(answer)) {
		return errHangs
	}
	return <-answer
}

// closing closes a store after an error, unless that would hang.
func closing(db *engine.DB, err error) error {
	if errors.Is(err, errHangs) {
		return err
	}
	return errors.Join(err, db.Close())
}
