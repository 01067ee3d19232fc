package accounts

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// ErrWrong is returned when figures do not agree.
var ErrWrong = errors.New("accounts: figures do not agree")

// differ returns an ErrWrong unless two figures are the same.
func differ[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%w: %s: %v, want %v", ErrWrong, what, got, want)
}

// Open compares the figures of an open store in dir. The options o are those that the store was opened with, including
// the defaults, and the book must have recorded the store since it was opened.
func Open(db *engine.DB, dir string, book *Book, o engine.Options) error {
	m := db.Metrics()
	tables, err := db.Shape()
	if err != nil {
		return err
	}
	blobs, err := db.BlobFiles()
	if err != nil {
		return err
	}
	t := book.tally()
	return errors.Join(
		levels(&m, tables), blobFiles(&m, blobs, tables), done(&m, &t), bytes(&m, &t), held(&m, tables, blobs, &o), book.syncs(&m),
		sizes(o.FS, dir, tables, blobs), openFiles(o.FS, dir, db), split(&t, o.TableBytes), book.written(&m, blobs), book.idle(&m, tables, blobs, &o),
	)
}

// openFiles compares how many files a store reports as open with what the disk has open, if the disk can tell. A blob file that
// grows also has a handle that it is written through, which is not counted.
func openFiles(fsys afero.Fs, dir string, db *engine.DB) error {
	disk, ok := fsys.(interface{ OpenFiles() []string })
	if !ok {
		return nil
	}
	tables, blobs := 0, 0
	for _, name := range disk.OpenFiles() {
		switch within := filepath.Dir(name) == filepath.Clean(dir); {
		case within && filepath.Ext(name) == ".sst":
			tables++
		case within && filepath.Ext(name) == ".blob":
			blobs++
		}
	}
	if n := db.Metrics().OpenFiles; n < tables || n > tables+blobs {
		return fmt.Errorf("%w: open files: %d, but %d tables and %d blob files are open", ErrWrong, n, tables, blobs)
	}
	return nil
}

// levels compares the metrics of the levels with the list of tables.
func levels(m *engine.Metrics, tables []engine.TableInfo) error {
	type level struct {
		tables int
		bytes  uint64
	}
	found := make([]level, len(m.Levels))
	for _, t := range tables {
		found[t.Level] = level{found[t.Level].tables + 1, found[t.Level].bytes + t.Bytes}
	}
	var all error
	var sum, deepest uint64
	reads := m.Memtables + found[0].tables
	for l, want := range found {
		all = errors.Join(all, differ(fmt.Sprintf("tables of level %d", l), level{m.Levels[l].Tables, m.Levels[l].Bytes}, want))
		if sum += want.bytes; want.bytes > 0 {
			deepest = want.bytes
		}
		if l > 0 && want.tables > 0 {
			reads++
		}
	}
	return errors.Join(
		all,
		differ("read amplification", m.ReadAmplification(), reads),
		differ("space amplification", m.SpaceAmplification(), quotient(float64(sum), float64(deepest))),
		differ("write amplification", m.WriteAmplification(), quotient(float64(m.WrittenBytes), float64(m.CommittedBytes))),
	)
}

func quotient(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// blobFiles compares the metrics of blob files with the list of them, and with what the tables refer to.
func blobFiles(m *engine.Metrics, files []engine.BlobFileInfo, tables []engine.TableInfo) error {
	needed := map[string]uint64{}
	for _, t := range tables {
		for _, u := range t.Blobs {
			needed[u.File] += u.Bytes
		}
	}
	var all, garbage uint64
	var wrong error
	for _, f := range files {
		all, garbage = all+f.Bytes, garbage+f.GarbageBytes
		wrong = errors.Join(wrong, differ("bytes of "+f.File+" that tables refer to", f.LiveBytes, needed[f.File]))
		rest := int64(f.Bytes) - int64(f.LiveBytes) - int64(f.GarbageBytes)
		if rest < 0 || rest > slackBytes && !f.Logs {
			wrong = errors.Join(wrong, fmt.Errorf("%w: %s has %d live bytes and %d bytes of garbage, but %d bytes in all", ErrWrong, f.File, f.LiveBytes, f.GarbageBytes, f.Bytes))
		}
	}
	return errors.Join(
		wrong,
		differ("blob files", m.BlobFiles, len(files)),
		differ("bytes of blob files", m.BlobBytes, all),
		differ("garbage in blob files", m.BlobGarbageBytes, garbage),
	)
}

// done compares what the metrics report with what was done.
func done(m *engine.Metrics, t *tally) error {
	all := errors.Join(
		differ("commits", m.Commits, t.commits),
		differ("conflicts", m.Conflicts, t.conflicts),
		differ("flushes", m.Flushes, t.flushes),
		differ("bytes of flushes", m.FlushBytes, t.flushed),
		differ("compactions", m.Compactions, t.compactions),
		differ("bytes of compactions", m.CompactedBytes, t.written),
		differ("deleted tables", m.TablesDeleted, t.tablesGone),
		differ("deleted blob files", m.BlobFilesDeleted, t.blobGone),
		differ("stalls", m.Stalls, t.stalls),
		differ("flushes and compactions that began, compared with those that ended", t.begun, t.flushes+t.compactions),
		differ("memtables whose flush has not ended", t.memtables, 0),
		differ("open snapshots", m.Snapshots, 0),
		differ("compactions still running", m.CompactionsRunning, 0),
		differ("the store is poisoned or out of room", m.Poisoned || m.OutOfRoom, false), // writers may have to wait for the next memtable
	)
	for _, err := range t.failures {
		all = errors.Join(all, fmt.Errorf("%w: an event reports a failure, but no call failed: %w", ErrWrong, err))
	}
	return all
}

// Upper bounds of what the store may count in addition to keys and values.
const (
	commitBytesMax = 64 // per commit
	writeBytesMax  = 64 // per write, including a reference to a blob file
)

// bytes checks how many bytes were committed and written.
func bytes(m *engine.Metrics, t *tally) error {
	most := t.payload + commitBytesMax*t.commits + writeBytesMax*t.writes
	if m.CommittedBytes < t.payload || m.CommittedBytes > most {
		return fmt.Errorf("%w: committed bytes: %d, want %d to %d", ErrWrong, m.CommittedBytes, t.payload, most)
	}
	if m.LogBytes > m.CommittedBytes {
		return fmt.Errorf("%w: bytes of commits in logs: %d, more than the %d committed", ErrWrong, m.LogBytes, m.CommittedBytes)
	}
	if least := m.FlushBytes + m.CompactedBytes; m.WrittenBytes < least {
		return fmt.Errorf("%w: written bytes: %d, fewer than the %d of flushes and compactions", ErrWrong, m.WrittenBytes, least)
	}
	if m.BlobBytesWritten > m.WrittenBytes {
		return fmt.Errorf("%w: written bytes: %d, fewer than the %d in blob files", ErrWrong, m.WrittenBytes, m.BlobBytesWritten)
	}
	if m.BlobBytesMoved > m.BlobBytesWritten {
		return fmt.Errorf("%w: bytes moved between blob files: %d, more than the %d written", ErrWrong, m.BlobBytesMoved, m.BlobBytesWritten)
	}
	return nil
}

// held checks that the store keeps no more files open, and no more bytes in memory, than it may.
func held(m *engine.Metrics, tables []engine.TableInfo, blobs []engine.BlobFileInfo, o *engine.Options) error {
	if most := min(len(tables)+len(blobs), o.MaxOpenFiles); m.OpenFiles < 0 || m.OpenFiles > most {
		return fmt.Errorf("%w: %d files are open, more than the limit of %d", ErrWrong, m.OpenFiles, most)
	}
	if m.CacheBytes < 0 || m.CacheBytes > max(o.CacheBytes, 0) || m.MemtableBytes < 0 {
		return fmt.Errorf("%w: %d bytes are cached (limit %d), and memtables hold %d", ErrWrong, m.CacheBytes, o.CacheBytes, m.MemtableBytes)
	}
	return nil
}

// split checks that a compaction starts another table once one is large enough. A table may exceed the limit by one key
// with all its versions, and by the parts at its end.
func split(t *tally, tableBytes int64) error {
	const beyond = 128 << 10
	if most := 2*tableBytes + beyond; t.largest > most {
		return fmt.Errorf("%w: a compaction made a table of %d bytes, although %d bytes start another one", ErrWrong, t.largest, tableBytes)
	}
	return nil
}

// sizes compares the sizes of live files with those on the disk.
func sizes(fs afero.Fs, dir string, tables []engine.TableInfo, blobs []engine.BlobFileInfo) error {
	var all error
	size := func(file string, bytes uint64) {
		info, err := fs.Stat(filepath.Join(dir, file))
		if err == nil {
			err = differ("size of "+file, bytes, uint64(info.Size()))
		}
		all = errors.Join(all, err)
	}
	for _, t := range tables {
		size(t.File, t.Bytes)
	}
	for _, b := range blobs {
		if !b.Logs { // a file that logs refer to may be growing, or have garbage at its end
			size(b.File, b.Bytes)
		}
	}
	return all
}
