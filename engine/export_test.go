package engine

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// FormatVersion is the version stated by new manifests.
const FormatVersion = manifest.FormatVersion

// Framed returns a log or manifest of one record.
func Framed(num uint64, record []byte) []byte {
	content, err := wal.Framed(num, func(w *wal.Writer) error { return w.Append(record) })
	if err != nil {
		panic(err)
	}
	return content
}

// WithTableVersion returns a table whose footer states another version, with a matching checksum.
func WithTableVersion(table []byte, version uint32) []byte {
	b := append([]byte{}, table...)
	footer := b[len(b)-64:]
	binary.LittleEndian.PutUint32(footer[48:], version)
	binary.LittleEndian.PutUint32(footer[52:], crc32.Checksum(footer[:52], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// Settle waits until no maintenance is running or due, or the store is poisoned.
func (db *DB) Settle() {
	db.mu.Lock()
	defer db.mu.Unlock()
	for db.dir.Poisoned() == nil && (len(db.mu.frozen) > 0 || len(db.mu.running) > 0 || db.pick() != nil) {
		db.changed.Wait()
	}
}
