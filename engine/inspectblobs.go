package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
)

// BlobFileInfo tells of a blob file.
type BlobFileInfo struct {
	File         string
	Bytes        uint64
	LiveBytes    uint64 // that tables refer to
	GarbageBytes uint64 // that nobody needs; 0 as well if it is not known, because logs refer to the file
	Logs         bool   // values of commits are in it that are in no table yet
}

// BlobFiles returns the live blob files in the order of their numbers.
func (db *DB) BlobFiles() ([]BlobFileInfo, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	var all []BlobFileInfo
	files := db.blobs.All()
	for _, num := range slices.Sorted(maps.Keys(files)) {
		f := files[num]
		info := BlobFileInfo{
			File: filename.Blob(num), Bytes: f.Size.Load(), LiveBytes: v.Version.LiveBlobs[num], Logs: f.Young.Load() > 0,
		}
		if !info.Logs {
			info.GarbageBytes = f.Garbage(info.LiveBytes)
		}
		all = append(all, info)
	}
	return all, db.release(v)
}

// InspectBlobFile reads a blob file from its beginning to the last byte and compares every checksum. Damage is ErrCorrupt;
// behind the values that anybody refers to it may be what a crash left.
func InspectBlobFile(path string, o Options) (info BlobFileInfo, err error) {
	parse := func(name string) (uint64, bool) { return filename.Parse(name, filename.BlobSuffix) }
	d, name, num, err := file(path, o, parse, filename.Blob(7))
	if err != nil {
		return info, err
	}
	f, err := d.Open(name)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	stat, err := f.Stat()
	if err != nil {
		return info, err
	}
	info = BlobFileInfo{File: name, Bytes: uint64(stat.Size())}
	r := blob.NewReader(f, num, name)
	r.Grow(info.Bytes)
	if err = r.Verify(info.Bytes); errors.Is(err, blob.ErrVersion) {
		err = fmt.Errorf("%w: %w", ErrVersion, err)
	}
	return info, err
}
