package refusals

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/engine"
)

// OnDisk takes a store through its life on the operating system's filesystem, which an engine under test never uses: it
// is filled, copied, locked, closed, verified, repaired, read and restored, with default options. If no temporary
// directory can be made, nothing is checked.
func OnDisk() error {
	dir, err := os.MkdirTemp("", "lightning-ondisk-")
	if err != nil {
		return nil //nolint:nilerr // not the engine's fault
	}
	d := onDisk{at: func(name string) string { return filepath.Join(dir, name) }, value: bytes.Repeat([]byte("0123456789abcdef"), 80<<10)}
	err = d.live()
	if err == nil {
		err = d.later()
	}
	if err == nil {
		err = d.background()
	}
	if err != nil {
		err = fmt.Errorf("on the filesystem of the operating system: %w", err)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

type onDisk struct {
	at    func(name string) string
	value []byte // longer than LargeValueBytes
}

const onDiskKeys = 50

func (d *onDisk) key(i int) []byte { return fmt.Appendf(nil, "key-%03d", i) }

// size returns the length of a key's value: most are short, some belong in a blob file, and one is large.
func (d *onDisk) size(i int) int {
	switch {
	case i == 7:
		return len(d.value)
	case i%10 == 0:
		return 2000 + i
	}
	return i
}

// live fills a store and copies it.
func (d *onDisk) live() error {
	var o engine.Options
	elsewhere := d.linkedLock()
	db, err := engine.Open(d.at("db"), o)
	if err != nil {
		return err
	}
	if content, failed := os.ReadFile(elsewhere); failed == nil && string(content) != elsewhere {
		return errors.Join(accepted("a file whose second name is LOCK is overwritten with %q", content), db.Close())
	}
	for i := range onDiskKeys {
		err = errors.Join(err, db.Put(d.key(i), d.value[:d.size(i)], engine.Durability(i%3)))
		if i == onDiskKeys/2 {
			err = errors.Join(err, db.Flush())
		}
	}
	wrong := check([]refusal{
		{"a second Open", second(engine.Open(d.at("db"), o)), engine.ErrLocked},
		{"VerifyDir of an open store", second(engine.VerifyDir(d.at("db"), o)), engine.ErrLocked},
		{"Repair of an open store", second(engine.Repair(d.at("db"), o)), engine.ErrLocked},
		{"operations with a cancelled context", stoppedOpen(db, d.at("copy")), nil},
		{"Checkpoint", db.Checkpoint(d.at("copy")), nil},
		{"Checkpoint into a directory that is not empty", db.Checkpoint(d.at("copy")), engine.ErrTargetNotEmpty},
		{"Backup", second(engine.Backup(db, d.at("backups"))), nil},
		{"Compact", db.Compact(), nil},
		{"Verify", db.Verify(), nil},
	})
	m, counted := db.Metrics(), int64(0)
	for _, n := range m.SyncLatency.Counts {
		counted += n
	}
	if counted != m.Syncs || m.Syncs == 0 || m.SyncLatency.Sum <= 0 {
		wrong = errors.Join(wrong, accepted("%d syncs, but the latencies count %d, taking %v", m.Syncs, counted, m.SyncLatency.Sum))
	}
	return errors.Join(err, wrong, db.Close())
}

// linkedLock makes the lock file of the store a second name of another file, which contains its own name. If the filesystem
// has no links, it does nothing.
func (d *onDisk) linkedLock() (elsewhere string) {
	elsewhere = d.at("elsewhere")
	err := errors.Join(os.Mkdir(d.at("db"), 0o755), os.WriteFile(elsewhere, []byte(elsewhere), 0o644))
	if err == nil {
		_ = os.Link(elsewhere, d.at("db/LOCK"))
	}
	return elsewhere
}

// later checks the closed store and its copies.
func (d *onDisk) later() error {
	var o engine.Options
	err := stoppedFiles(d.at("db"), d.at("backups"), d.at("restored"), o)
	_, restored := engine.Restore(d.at("backups"), 0, d.at("restored"), o)
	err = errors.Join(err, restored)
	for _, name := range []string{"db", "copy", "restored"} {
		v, verified := engine.VerifyDir(d.at(name), o)
		r, repaired := engine.Repair(d.at(name), o)
		if err = errors.Join(err, verified, repaired); len(v.Problems) > 0 || r.Damage != "" {
			err = errors.Join(err, accepted("problems of the healthy store %s: %v, damage %q", name, v.Problems, r.Damage))
		}
		for _, readOnly := range []bool{true, false} {
			err = errors.Join(err, d.shows(name, engine.Options{ReadOnly: readOnly, ErrorIfMissing: true}))
		}
	}
	return errors.Join(err, check([]refusal{
		{"Open of a missing store", second(engine.Open(d.at("none"), engine.Options{ErrorIfMissing: true})), engine.ErrMissing},
		{"Open of a directory that holds something else", second(engine.Open(d.at("."), o)), engine.ErrNotADatabase},
	}))
}

// shows opens a store and compares all of it with what was written.
func (d *onDisk) shows(name string, o engine.Options) error {
	db, err := engine.Open(d.at(name), o)
	if err != nil {
		return err
	}
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		want := d.value[:d.size(n)]
		if got, failed := db.Get(it.Key()); failed != nil || !bytes.Equal(it.Key(), d.key(n)) || !bytes.Equal(it.Value(), want) || !bytes.Equal(got, want) {
			err = errors.Join(err, accepted("%s shows %q as %d bytes in a scan and %d bytes in a Get: %w", name, it.Key(), len(it.Value()), len(got), failed))
		}
		n++
	}
	if n != onDiskKeys {
		err = errors.Join(err, accepted("%s shows %d keys, want %d", name, n, onDiskKeys))
	}
	return errors.Join(err, it.Error(), it.Close(), db.Close())
}

// background writes enough for many memtables and never asks for a flush or a compaction. The writers must wait for
// those that the store starts itself, and go on.
func (d *onDisk) background() error {
	const writes, least = 600, 3
	events := make(chan string, 10*writes) // far more than there will be
	o := engine.Options{
		MemtableBytes: 8 << 10, MemtablesMax: 1, L0CompactionFiles: 2, LevelBytesBase: 16 << 10, LevelSizeRatio: 2, TableBytes: 4 << 10, BlobValueBytes: -1,
		EventListener: &engine.EventListener{
			FlushDone:      func(engine.FlushInfo) { events <- "flush" },
			CompactionDone: func(engine.CompactionInfo) { events <- "compaction" },
			WALCreated:     func(uint64) { events <- "log" },
		},
	}
	db, err := engine.Open(d.at("background"), o)
	if err != nil {
		return err
	}
	for i := range writes {
		err = errors.Join(err, db.Put(d.key(i%100), d.value[:200], engine.NoSync))
	}
	m := db.Metrics()
	err = errors.Join(err, db.Close())
	close(events)
	seen := map[string]int{}
	for e := range events {
		seen[e]++
	}
	if err == nil && (min(seen["flush"], seen["compaction"], seen["log"]) < least || m.Flushes < least) {
		err = accepted("%d bytes were written with memtables of %d bytes, but the store has done only %v by itself", writes*200, o.MemtableBytes, seen)
	}
	return err
}
