package inspect

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sentinel"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// FileKind is a kind of file of a store.
type FileKind string

// The kinds of files that can be inspected.
const (
	LogFile      FileKind = "log"
	TableFile    FileKind = "table"
	ManifestFile FileKind = "manifest"
	BlobFile     FileKind = "blob"
)

// Files returns the paths of all files of one kind in the directory of a store, in the order of their numbers. The
// error is engine.ErrNotADatabase if the directory holds no file of a store, or one from the filesystem.
func Files(fsys afero.Fs, dir string, kind FileKind) ([]string, error) {
	names, err := durable.NewDir(fsys, dir, nil).Names()
	if err != nil {
		return nil, err
	}
	f := filename.Sort(names)
	if len(f.Names()) == 0 {
		return nil, fmt.Errorf("%w: %s", sentinel.ErrNotADatabase, dir)
	}
	nums, name := f.Logs, filename.Log
	switch kind {
	case TableFile:
		nums, name = f.Tables, filename.Table
	case ManifestFile:
		nums, name = f.Manifests, manifest.FileName
	case BlobFile:
		nums, name = f.Blobs, filename.Blob
	case LogFile:
	}
	slices.Sort(nums)
	var paths []string
	for _, num := range nums {
		paths = append(paths, filepath.Join(dir, name(num)))
	}
	return paths, nil
}

// parse returns the number in the name of a file of this kind.
func (k FileKind) parse(name string) (num uint64, ok bool) {
	switch k {
	case LogFile:
		return filename.Parse(name, filename.LogSuffix)
	case TableFile:
		return filename.Parse(name, filename.TableSuffix)
	case BlobFile:
		return filename.Parse(name, filename.BlobSuffix)
	case ManifestFile:
		return manifest.ParseFileName(name)
	}
	return 0, false
}

// example returns an example name of this kind.
func (k FileKind) example() string {
	switch k {
	case LogFile:
		return filename.Log(6)
	case TableFile:
		return filename.Table(6)
	case BlobFile:
		return filename.Blob(7)
	case ManifestFile:
	}
	return manifest.FileName(3)
}

// located is a file to inspect. Its directory refuses all changes.
type located struct {
	dir  *durable.Dir
	name string
	num  uint64
}

// locate splits a path, whose last element must be the name of a file of this kind.
func locate(fsys afero.Fs, path string, kind FileKind) (l located, err error) {
	l.name = filepath.Base(path)
	num, ok := kind.parse(l.name)
	if !ok {
		return l, fmt.Errorf("%w: %s is not named like %s", sentinel.ErrNotADatabase, path, kind.example())
	}
	l.num, l.dir = num, durable.NewDir(fsys, filepath.Dir(path), nil)
	l.dir.Refuse(sentinel.ErrReadOnly)
	return l, nil
}

// open locates a file and opens it. The caller closes it.
func open(fsys afero.Fs, path string, kind FileKind) (l located, f afero.File, size int64, err error) {
	if l, err = locate(fsys, path, kind); err != nil {
		return l, nil, 0, err
	}
	if f, err = l.dir.Open(l.name); err != nil {
		return l, nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return l, nil, 0, errors.Join(err, f.Close())
	}
	return l, f, info.Size(), nil
}

// read locates a file and reads it as a whole.
func read(fsys afero.Fs, path string, kind FileKind) (l located, content []byte, err error) {
	if l, err = locate(fsys, path, kind); err == nil {
		bytesMax := int64(wal.LogBytesMax)
		if kind == ManifestFile {
			bytesMax = manifest.FileBytesMax
		}
		content, err = l.dir.ReadFile(l.name, bytesMax)
	}
	return l, content, err
}
