package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync/atomic"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// tables writes the tables to ingest. It puts them next to the store's own files, because Pebble links them.
type tables struct {
	fs      vfs.FS
	dir     string
	options sstable.WriterOptions
	made    atomic.Uint64
}

func newTables(dir string, o *engine.Options, db *engine.DB) *tables {
	return &tables{fs: o.FS, dir: dir, options: o.MakeWriterOptions(0, db.TableFormat())}
}

// write writes a table, syncs it, as DB.Ingest demands, and returns its path.
func (t *tables) write(writes []history.Write) (string, error) {
	name := path.Join(t.dir, fmt.Sprintf("ingest-%d", t.made.Add(1)))
	f, err := t.fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return "", err
	}
	w := sstable.NewWriter(objstorageprovider.NewFileWritable(f), t.options)
	sorted := slices.SortedFunc(slices.Values(writes), func(a, b history.Write) int { return bytes.Compare(a.Key, b.Key) })
	for _, write := range sorted {
		if write.Delete {
			err = errors.Join(err, w.Delete(write.Key))
		} else {
			err = errors.Join(err, w.Set(write.Key, write.Value))
		}
	}
	return name, errors.Join(err, w.Close()) // Close syncs
}

// Ingest writes a table and ingests it. An ingested table is durable regardless of the durability asked for. So
// everything before it is synced first: otherwise a power cut could lose commits in the log but keep the later table,
// and the loss would not be a suffix.
func (s *store) Ingest(writes []history.Write, _ history.Durability) error {
	if err := errors.Join(fit(writes), s.Sync()); err != nil {
		return err
	}
	name, err := s.tables.write(writes)
	if err == nil {
		err = s.db.Ingest(context.Background(), []string{name})
	}
	return translate(err)
}
