package kernel

import (
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Snapshot is what a program saw in its store at an acknowledgement, for explanations.
type Snapshot struct {
	Acks  int             `json:"acks"`  // lines acknowledged by then
	Files map[string]File `json:"files"` // by path, relative to the store
}

// File is a file or a directory of a store.
type File struct {
	Dir bool   `json:"dir,omitempty"`
	Len int64  `json:"len"` // bytes
	Sum uint64 `json:"sum"` // of the bytes
}

// hiddenName is the directory in the store through which a program acknowledges. It is on the disk only because a directory is
// needed to mount on; recovered stores do not have it.
const hiddenName = ".torture"

// looker looks at stores.
type looker struct {
	files int   // that may still be looked at
	bytes int64 // that may still be read
	page  func(path string, off int64, page []byte)
}

// newLooker returns a looker for all the snapshots of a recording, or for a recovered store. It calls page with each page
// that it reads; the last page of a file is padded with zeros.
func newLooker(page func(path string, off int64, page []byte)) *looker {
	const maxFiles, maxBytes = 50_000, 256 << 20
	return &looker{files: maxFiles, bytes: maxBytes, page: page}
}

// look returns what is in a store, except the hidden directory of the lab. It fails if the program removes something
// meanwhile, or if there is too much to look at.
func (l *looker) look(dir string) (map[string]File, error) {
	files := map[string]File{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if path == dir || err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		if l.files--; err != nil || l.files < 0 {
			return errors.Join(err, errTooMuch)
		}
		switch {
		case name == hiddenName:
			return fs.SkipDir
		case entry.IsDir():
			files[name] = File{Dir: true}
		case entry.Type().IsRegular():
			files[name], err = l.read(path, name)
		}
		return err
	})
	return files, err
}

var errTooMuch = errors.New("kernel: there is too much in the store to look at all of it")

// read reads a file.
func (l *looker) read(path, name string) (f File, err error) {
	file, err := os.OpenFile(path, os.O_RDONLY|noAtime, 0)
	if err != nil {
		return f, err
	}
	defer file.Close() //nolint:errcheck // only read
	sum := crc64.New(crc64.MakeTable(crc64.ECMA))
	for {
		page := make([]byte, blocklog.PageBytes)
		n, err := io.ReadFull(file, page)
		if l.bytes -= int64(n); l.bytes < 0 {
			return f, errTooMuch
		}
		if n > 0 {
			_, _ = sum.Write(page[:n]) // never fails
			l.page(name, f.Len, page)
			f.Len += int64(n)
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			f.Sum = sum.Sum64()
			return f, nil
		case err != nil:
			return f, err
		}
	}
}

// snapshotAt returns the snapshot at the last of a number of acknowledgements, or nil if there is none.
func (b *Blocks) snapshotAt(acks int) *Snapshot {
	i := slices.IndexFunc(b.Snapshots, func(s Snapshot) bool { return s.Acks == acks && acks > 0 })
	if i < 0 {
		return nil
	}
	return &b.Snapshots[i]
}

// differences says in words how the files on a recovered disk differ from those of a snapshot.
func (s *Snapshot) differences(disk map[string]File) (all []string) {
	paths := maps.Clone(disk)
	maps.Copy(paths, s.Files)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		then, was := s.Files[path]
		now, is := disk[path]
		switch {
		case !is:
			all = append(all, path+" is missing")
		case !was:
			all = append(all, path+" is there, although it was not then")
		case then.Len != now.Len:
			all = append(all, fmt.Sprintf("%s has %s instead of %d", path, wording.Plural(now.Len, "byte"), then.Len))
		case then != now:
			all = append(all, path+" has other bytes")
		}
	}
	return all
}
