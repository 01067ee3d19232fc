package provoked

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// The lengths, in bytes, above which values are written or read in another way.
const (
	blobChunk = 64 << 10 // a longer value in a blob file is read and verified in pieces
	keptBytes = 1 << 20  // a buffer that has grown beyond this is not used again
	readWhole = 16 << 20 // a longer part of a file is read in pieces, into memory that is known to be zero
)

// lengthsOf returns the length of each value. What is compressed is never long enough to be read in pieces.
func lengthsOf(compressed bool) []int {
	all := []int{0, 1}
	for _, n := range []int{blobChunk, 2 * blobChunk, keptBytes} {
		all = append(all, n-1, n, n+1)
	}
	if !compressed {
		all = append(all, readWhole+blobChunk+1)
	}
	return all
}

// lengths returns a check for each kind of store: one that keeps values in tables, with each compression, and one that keeps
// them in blob files. The check puts values of all lengths. In each state of the store every way of reading must return what
// was written.
func lengths() (checks []func() error) {
	for _, o := range []engine.Options{
		{BlobValueBytes: -1},
		{BlobValueBytes: -1, Compression: engine.CompressionSnappy},
		{BlobValueBytes: -1, Compression: engine.CompressionZstd},
		{BlobValueBytes: 1, LargeValueBytes: engine.ValueBytesMax},
		{BlobValueBytes: 1, LargeValueBytes: 1},
	} {
		checks = append(checks, func() error {
			if err := ofAllLengths(o); err != nil {
				return fmt.Errorf("values are stored with compression %v, in a blob file from %d bytes on, and at their commit above %d: %w",
					o.Compression, o.BlobValueBytes, o.LargeValueBytes, err)
			}
			return nil
		})
	}
	return checks
}

// written returns a text of which no two lines are equal. Values are parts of it.
func written() []byte {
	const line, word = 64, 8
	b := make([]byte, readWhole+2*blobChunk)
	for i := 0; i < len(b); i += word {
		binary.LittleEndian.PutUint64(b[i:], uint64(i/line))
	}
	return b
}

func ofAllLengths(o engine.Options) error {
	all, text := lengthsOf(o.Compression != engine.CompressionNone), written()
	o.FS, o.InlineMaintenance, o.CacheBytes = afero.NewMemMapFs(), true, -1
	o.Limits.TableWholeBytes = 1 // tables are not kept in memory
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	reopen := func() error {
		if err := db.Close(); err != nil {
			return err
		}
		again, err := engine.Open(storeDir, o)
		if err == nil {
			db = again
		}
		return err
	}
	for i, n := range all {
		err = errors.Join(err, db.Put(key(i), text[:n], engine.NoSync))
	}
	for _, step := range []struct {
		state string
		reach func() error
	}{
		{"the values were committed", func() error { return nil }},
		{"their log was replayed", reopen},
		{"they were flushed", func() error { return db.Put([]byte("z"), nil, engine.Sync) }}, // moves what was replayed
		{"they were compacted", func() error { return db.Compact() }},
		{"the store was opened again", reopen},
	} {
		if err == nil {
			err = step.reach()
		}
		for i, n := range all {
			if err == nil {
				err = readsAs(db, key(i), text[:n])
			}
		}
		if err != nil {
			return errors.Join(fmt.Errorf("after %s: %w", step.state, err), db.Close())
		}
	}
	return errors.Join(db.Verify(), db.Close())
}

// readsAs returns an error unless every way of reading a key returns the value.
func readsAs(db *engine.DB, user, value []byte) error {
	const before = "before"
	for _, way := range []struct {
		name string
		read func() ([]byte, error)
	}{
		{"Get", func() ([]byte, error) { return db.Get(user) }},
		{"AppendGet", func() ([]byte, error) {
			got, err := db.AppendGet([]byte(before), user)
			return bytes.TrimPrefix(got, []byte(before)), err
		}},
		{"an iterator", func() ([]byte, error) {
			it, err := db.NewIterator(engine.IterOptions{LowerBound: user})
			if err != nil {
				return nil, err
			}
			it.First()
			got := bytes.Clone(it.Value())
			return got, errors.Join(it.Error(), it.Close())
		}},
		{"a stream", func() ([]byte, error) {
			r, err := db.GetReader(user)
			if err != nil {
				return nil, err
			}
			got, err := io.ReadAll(io.LimitReader(r, int64(len(value))+1))
			return got, errors.Join(err, r.Close())
		}},
	} {
		if got, err := way.read(); err != nil || !bytes.Equal(got, value) {
			return wrong("a value of %d bytes is read by %s as %d bytes, which are not those written: %w", len(value), way.name, len(got), orNone(err))
		}
	}
	return nil
}
