package accounts

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// opening is the state of a store when its accounts were first checked.
type opening struct {
	seen    bool
	blobs   map[string]uint64 // the sizes of its blob files
	written int64             // bytes that it had written to blob files
}

// headerBytes is the size of a blob file without values.
const headerBytes = 16

// written compares the bytes written to blob files with the growth of those files, and the bytes moved between them
// with the number of merges that collect garbage.
func (b *Book) written(m *engine.Metrics, blobs []engine.BlobFileInfo) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	sizes := map[string]uint64{}
	for _, f := range blobs {
		sizes[f.File] = f.Bytes
	}
	if !b.opening.seen {
		b.opening.blobs, b.opening.written = sizes, m.BlobBytesWritten
	}
	grown := int64(0)
	for file, bytes := range sizes {
		before, known := b.opening.blobs[file]
		if !known {
			before = headerBytes
		}
		grown += int64(bytes) - int64(before)
	}
	if wrote := m.BlobBytesWritten - b.opening.written; wrote < grown {
		return fmt.Errorf("%w: blob files have grown by %d bytes, but only %d were written to them", ErrWrong, grown, wrote)
	}
	if b.now.collections > 0 && m.BlobBytesMoved == 0 {
		return fmt.Errorf("%w: %d compactions collected garbage in blob files, but no value was moved", ErrWrong, b.now.collections)
	}
	return nil
}

// idle checks how many files are open in a store that has only been read. Small tables do not count: they are kept in
// memory.
func (b *Book) idle(m *engine.Metrics, tables []engine.TableInfo, blobs []engine.BlobFileInfo, o *engine.Options) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.opening.seen
	b.opening.seen = true
	if seen || b.now.commits > 0 {
		return nil
	}
	most := len(blobs)
	for _, t := range tables {
		if int64(t.Bytes) > o.Limits.TableWholeBytes {
			most++
		}
	}
	if m.OpenFiles > most {
		return fmt.Errorf("%w: %d files are open, but only %d are blob files or tables too large to be kept in memory", ErrWrong, m.OpenFiles, most)
	}
	return nil
}
