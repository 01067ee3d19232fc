package engine

import (
	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// needBlobFile opens a blob file of which so many bytes are needed, if it is not open yet, or allows to read as much.
func (db *DB) needBlobFile(num, bytes uint64) error {
	if f := db.blobs.all()[num]; f != nil {
		if f.size.Load() < bytes {
			return corrupt.At(blobName(num), int64(f.size.Load()), "shorter than %d bytes, which were durable", bytes)
		}
		f.reader.Grow(bytes)
		return nil
	}
	f, err := db.openBlobFile(num, bytes)
	if err != nil {
		return err
	}
	db.registerBlobFiles(f)
	return nil
}

// replayRefs makes a memtable hold the files that a record of its log refers to. What a log refers to was durable before
// the log was written: that it is not there is corruption.
func (db *DB) replayRefs(record []byte, m *mem, name string) error {
	ops, _ := readBatch(record)
	for ops.left > 0 {
		tr, _ := ops.next()
		if tr.Kind() != key.BlobSet {
			continue
		}
		ref, ok := blob.DecodeRef(ops.value)
		if !ok {
			return corrupt.At(name, 0, "blob reference %x of commit %d is not one", ops.value, tr.Seq())
		}
		if err := db.needBlobFile(ref.File, ref.End()); err != nil {
			return err
		}
		m.hold(db.blobs.all()[ref.File])
	}
	return nil
}

// cleanBlobs adds the blob files that nobody needs to the names that clean removes. One that no manifest named may be
// what an obsolete log refers to, which is needed again if the edit that made it obsolete is lost. It does not go before
// the log does: where clean finds an obsolete log, everything waits for the manifest of this session.
func (db *DB) cleanBlobs(f *files, mentioned map[uint64]bool, named, unnamed []string) (_, _ []string) {
	for _, num := range f.blobs {
		switch {
		case db.blobs.all()[num] != nil:
		case mentioned[num]:
			named = append(named, blobName(num))
		default:
			unnamed = append(unnamed, blobName(num))
		}
	}
	return named, unnamed
}
