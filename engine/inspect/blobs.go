package inspect

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// BlobFileInfo describes a blob file.
type BlobFileInfo struct {
	File         string
	Bytes        uint64
	LiveBytes    uint64 // bytes that tables refer to
	GarbageBytes uint64 // bytes that nothing needs; also 0 if unknown, because logs refer to the file
	Logs         bool   // it has values of commits that have not reached a table yet
}

// Blobs reads a blob file to its last byte and verifies every checksum. Damage is reported as engine.ErrCorrupt. Damage
// beyond the last value that anything refers to may be what a crash left.
func Blobs(fsys afero.Fs, path string) (info BlobFileInfo, err error) {
	l, f, size, err := open(fsys, path, BlobFile)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info = BlobFileInfo{File: l.name, Bytes: uint64(size)}
	r := blob.NewReader(f, l.num, l.name)
	r.Grow(info.Bytes)
	if err = r.Verify(info.Bytes); errors.Is(err, blob.ErrVersion) {
		err = fmt.Errorf("%w: %w", manifest.ErrVersion, err)
	}
	return info, err
}
