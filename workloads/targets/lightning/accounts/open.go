package accounts

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// ErrWrong is returned for figures that do not agree.
var ErrWrong = errors.New("accounts: figures do not agree")

// differ returns an ErrWrong unless two figures are the same.
func differ[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%w: %s: %v, and not %v", ErrWrong, what, got, want)
}

// Open compares the figures of an open store in dir, which was opened with these options, defaults included. The book was its own from
// the beginning.
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
		sizes(o.FS, dir, tables, blobs), split(&t, o.TableBytes), book.written(&m, blobs), book.idle(&m, tables, blobs, &o),
	)
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

// blobFiles compares the metrics of blob files with the list of them, and with what tables need of them.
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
		wrong = errors.Join(wrong, differ("bytes of "+f.File+" that tables need", f.LiveBytes, needed[f.File]))
		rest := int64(f.Bytes) - int64(f.LiveBytes) - int64(f.GarbageBytes)
		if rest < 0 || rest > slackBytes && !f.Logs {
			wrong = errors.Join(wrong, fmt.Errorf("%w: %s has %d live bytes and %d of garbage, and %d in all", ErrWrong, f.File, f.LiveBytes, f.GarbageBytes, f.Bytes))
		}
	}
	return errors.Join(
		wrong,
		differ("blob files", m.BlobFiles, len(files)),
		differ("bytes of blob files", m.BlobBytes, all),
		differ("garbage in blob files", m.BlobGarbageBytes, garbage),
	)
}

// done compares what the metrics say was done with what was.
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
		differ("flushes and compactions that began", t.begun, t.flushes+t.compactions),
		differ("memtables whose flush did not end", t.memtables, 0),
		differ("open snapshots", m.Snapshots, 0),
		differ("compactions that still run", m.CompactionsRunning, 0),
		differ("the store is poisoned or has no room", m.Poisoned || m.OutOfRoom, false), // writers may have to wait for the next memtable
	)
	for _, err := range t.failures {
		all = errors.Join(all, fmt.Errorf("%w: an event reports a failure that no call met: %w", ErrWrong, err))
	}
	return all
}

// What the store may count beside keys and values.
const (
	commitBytesMax = 64 // of a commit
	writeBytesMax  = 64 // of a write, with a reference to a blob file
)

// bytes compares how much was committed and written.
func bytes(m *engine.Metrics, t *tally) error {
	most := t.payload + commitBytesMax*t.commits + writeBytesMax*t.writes
	if m.CommittedBytes < t.payload || m.CommittedBytes > most {
		return fmt.Errorf("%w: committed bytes: %d, and not from %d to %d", ErrWrong, m.CommittedBytes, t.payload, most)
	}
	if m.LogBytes > m.CommittedBytes {
		return fmt.Errorf("%w: bytes of commits in logs: %d, and %d in all", ErrWrong, m.LogBytes, m.CommittedBytes)
	}
	if least := m.FlushBytes + m.CompactedBytes; m.WrittenBytes < least {
		return fmt.Errorf("%w: written bytes: %d, and %d of them by flushes and compactions", ErrWrong, m.WrittenBytes, least)
	}
	if m.BlobBytesWritten > m.WrittenBytes {
		return fmt.Errorf("%w: written bytes: %d, and %d in blob files", ErrWrong, m.WrittenBytes, m.BlobBytesWritten)
	}
	if m.BlobBytesMoved > m.BlobBytesWritten {
		return fmt.Errorf("%w: bytes moved between blob files: %d of %d that were written", ErrWrong, m.BlobBytesMoved, m.BlobBytesWritten)
	}
	return nil
}

// held compares what the store holds in memory and open with what it may.
func held(m *engine.Metrics, tables []engine.TableInfo, blobs []engine.BlobFileInfo, o *engine.Options) error {
	if most := min(len(tables)+len(blobs), o.MaxOpenFiles); m.OpenFiles < 0 || m.OpenFiles > most {
		return fmt.Errorf("%w: %d files are open, and there may be %d", ErrWrong, m.OpenFiles, most)
	}
	if m.CacheBytes < 0 || m.CacheBytes > max(o.CacheBytes, 0) || m.MemtableBytes < 0 {
		return fmt.Errorf("%w: %d bytes are cached, of %d that may be, and memtables have %d", ErrWrong, m.CacheBytes, o.CacheBytes, m.MemtableBytes)
	}
	return nil
}

// split checks that compactions begin another table when one is large enough. It may be larger by a key with all its versions, and
// by what ends it.
func split(t *tally, tableBytes int64) error {
	const beyond = 128 << 10
	if most := 2*tableBytes + beyond; t.largest > most {
		return fmt.Errorf("%w: a compaction has made a table of %d bytes, and %d begin another one", ErrWrong, t.largest, tableBytes)
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
		if !b.Logs { // else it may be growing, or have garbage at its end
			size(b.File, b.Bytes)
		}
	}
	return all
}
