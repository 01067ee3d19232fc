package endless

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// A snapshot is a file with the life between two stretches:
//
//	bytes of the files ‖ model ‖ contents (gob) ‖ offset of the contents, u64 ‖ their CRC-32C, u32 ‖ magic, u32
//
// Numbers are little endian. The contents say where everything is, with the CRC-32C of each piece.

// contents is what a snapshot contains.
type contents struct {
	Seed    uint64
	Stretch int
	Commits uint64
	Filled  int
	Keys    int
	Model   piece
	Files   []savedFile
}

// savedFile is a file of the store, or a directory. Directories come before what is in them.
type savedFile struct {
	Name string
	Dir  bool
	Data piece
}

// piece is a part of a snapshot.
type piece struct {
	At, Bytes int64
	CRC       uint32
}

const (
	magic       = 0x4546494c // "LIFE"
	footerBytes = 16
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the life to its file atomically and goes on from there: the store is now on a new disk with the files in the snapshot,
// which are read from it as needed. It may be called only between two stretches.
func (l *Life) Save() (err error) {
	defer l.saved.blame(&err)
	var c *contents
	err = hostdisk.WriteFile(l.file, 0o644, func(w io.Writer) (err error) {
		c, err = l.snapshot(w)
		return err
	})
	if err != nil {
		return err
	}
	f, err := os.Open(l.file)
	if err != nil {
		return err
	}
	l.resume(c, &saved{file: f})
	return nil
}

// snapshot writes a snapshot and returns its contents.
func (l *Life) snapshot(to io.Writer) (*contents, error) {
	w := &pieces{w: bufio.NewWriterSize(to, writeBytes)}
	c := &contents{Seed: l.seed, Stretch: l.stretch, Commits: l.commits, Filled: l.filled, Keys: l.model.keys}
	err := afero.Walk(l.disk, dir, func(name string, info fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		file := savedFile{Name: name, Dir: info.IsDir()}
		if !file.Dir {
			l.Ops.Add(1)
			file.Data, err = w.piece(func(w io.Writer) error { return copyFile(w, l.disk, name) })
		}
		c.Files = append(c.Files, file)
		return err
	})
	if err != nil {
		return nil, err
	}
	if c.Model, err = w.piece(l.model.write); err != nil {
		return nil, err
	}
	about, err := w.piece(func(w io.Writer) error { return gob.NewEncoder(w).Encode(c) })
	if err != nil {
		return nil, err
	}
	footer := binary.LittleEndian.AppendUint64(nil, uint64(about.At))
	footer = binary.LittleEndian.AppendUint32(footer, about.CRC)
	footer = binary.LittleEndian.AppendUint32(footer, magic)
	if _, err := w.w.Write(footer); err != nil {
		return nil, err
	}
	return c, w.w.Flush()
}

const writeBytes = 1 << 20

// pieces writes one piece of a snapshot after another.
type pieces struct {
	w  *bufio.Writer
	at int64
}

func (p *pieces) piece(write func(io.Writer) error) (piece, error) {
	m := &meter{w: p.w}
	err := write(m)
	done := piece{p.at, m.bytes, m.crc}
	p.at += m.bytes
	return done, err
}

// meter counts what is written.
type meter struct {
	w     io.Writer
	bytes int64
	crc   uint32
}

func (m *meter) Write(b []byte) (int, error) {
	m.bytes, m.crc = m.bytes+int64(len(b)), crc32.Update(m.crc, castagnoli, b)
	return m.w.Write(b)
}

func copyFile(w io.Writer, from afero.Fs, name string) error {
	f, err := from.Open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}

// Load returns the life saved in a file, or a new one if the file does not exist. If the file is damaged or belongs to another
// life, the error says so and gives the remedy.
func Load(target torture.Target, seed uint64, bytes int64, file string) (*Life, error) {
	l := New(target, seed, bytes, file)
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	} else if err != nil {
		return nil, err
	}
	c, err := l.read(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s is not a snapshot of this soak's store: %w; remove it to begin with an empty store", file, err), f.Close())
	}
	l.resume(c, &saved{file: f})
	return l, nil
}

// read returns the contents of a snapshot after checking all of it.
func (l *Life) read(f *os.File) (*contents, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	footer := make([]byte, footerBytes)
	end := info.Size() - footerBytes
	if _, err := f.ReadAt(footer, end); err != nil || binary.LittleEndian.Uint32(footer[12:]) != magic {
		return nil, errors.New("it has no end")
	}
	at := int64(binary.LittleEndian.Uint64(footer))
	if at < 0 || at > end {
		return nil, errors.New("its end is damaged")
	}
	about := piece{at, end - at, binary.LittleEndian.Uint32(footer[8:])}
	var text bytes.Buffer
	if err := about.check(f, &text); err != nil {
		return nil, err
	}
	c := &contents{}
	if err := gob.NewDecoder(&text).Decode(c); err != nil {
		return nil, err
	}
	if c.Seed != l.seed || c.Keys != l.model.keys {
		return nil, errors.New("it is of another soak")
	}
	if want := int64(commitBytes * c.Keys); c.Model.Bytes != want {
		return nil, fmt.Errorf("its model has %d bytes, not %d", c.Model.Bytes, want)
	}
	if err := c.connected(); err != nil {
		return nil, err
	}
	for _, file := range c.Files {
		l.Ops.Add(1)
		if err := file.Data.check(f, io.Discard); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
	}
	return c, c.Model.check(f, io.Discard)
}

// connected checks that every file has a name of its own in a directory that comes before it.
func (c *contents) connected() error {
	dirs, names := map[string]bool{"/": true}, map[string]bool{"/": true}
	for _, file := range c.Files {
		switch {
		case !path.IsAbs(file.Name) || path.Clean(file.Name) != file.Name:
			return fmt.Errorf("%q is not the name of a file", file.Name)
		case names[file.Name]:
			return fmt.Errorf("%s is there twice", file.Name)
		case !dirs[path.Dir(file.Name)]:
			return fmt.Errorf("the directory of %s is missing", file.Name)
		}
		names[file.Name] = true
		dirs[file.Name] = file.Dir
	}
	return nil
}

// check copies a piece and compares its checksum.
func (p *piece) check(f io.ReaderAt, to io.Writer) error {
	m := &meter{w: to}
	if _, err := io.Copy(m, io.NewSectionReader(f, p.At, p.Bytes)); err != nil {
		return err
	}
	if m.bytes != p.Bytes || m.crc != p.CRC {
		return fmt.Errorf("the checksum of %d bytes at byte %d is %08x, not %08x", m.bytes, p.At, m.crc, p.CRC)
	}
	return nil
}

// saved is the snapshot that the store and the model are read from. The file stays open as long as a disk uses it; its finalizer
// closes it, because a store may still read in the background while it is being replaced.
type saved struct {
	file   io.ReaderAt
	failed atomic.Pointer[error] // the first error of a read
}

// ReadAt implements io.ReaderAt.
func (s *saved) ReadAt(b []byte, off int64) (int, error) {
	n, err := s.file.ReadAt(b, off)
	if n < len(b) {
		s.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// blame is to be deferred. If a read has failed, it replaces whatever came of that, a panic included, with its error.
func (s *saved) blame(err *error) {
	if s == nil {
		return
	}
	if failed := s.failed.Load(); failed != nil {
		_ = recover()
		*err = fmt.Errorf("endless: read the snapshot of the long-lived store: %w", *failed)
	}
}

// resume continues from a snapshot.
func (l *Life) resume(c *contents, from *saved) {
	l.stretch, l.commits, l.filled, l.saved = c.Stretch, c.Commits, c.Filled, from
	l.model = newModel(c.Keys, io.NewSectionReader(from, c.Model.At, c.Model.Bytes))
	on, inodes := disk.New(), map[string]trace.Ino{"/": trace.Root}
	for i := range c.Files {
		file := &c.Files[i]
		ino := on.Last() + 1
		on.Edit(&trace.Edit{Parent: inodes[path.Dir(file.Name)], Name: filepath.Base(file.Name), Ino: ino, Dir: file.Dir})
		if file.Dir {
			inodes[file.Name] = ino
			continue
		}
		on.Put(ino, disk.Below(io.NewSectionReader(from, file.Data.At, file.Data.Bytes), file.Data.Bytes))
	}
	l.disk, l.traced, l.written = faultfs.New(faultfs.Options{Base: on.Share()}), 0, 0
}
