package program

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Content is a 128-bit hash of everything that a program can see on a disk, except inode numbers. It is valid only within this
// process.
type Content [2]uint64

// seeds are random per process, so that no recording can be crafted to collide.
var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// Visitor receives the content of a disk: parents before children, names in order.
type Visitor interface {
	Dir(path string, ino faultfs.Ino) error
	Symlink(path, target string) error
	// Link is called instead of File for every further hard link of a file; first is the path given to File.
	Link(path, first string) error
	// File is called with the size of a file in bytes and its content as non-overlapping pieces, keyed by offset. The file is
	// zero between pieces. A piece is valid until the next one is yielded.
	File(path string, ino faultfs.Ino, size int64, pieces iter.Seq2[int64, []byte]) error
	// Xattr is called for each extended attribute of a file or directory, after File or Dir.
	Xattr(path, name string, value []byte) error
}

// Visit reads everything on a disk, which settles all that was undecided. The root directory has the empty path.
func Visit(fs *faultfs.FS, v Visitor) error {
	root, _ := fs.Inode(1)
	w := &walk{fs: fs, visitor: v, first: map[faultfs.Ino]string{}}
	return w.dir(root, "")
}

// maxPathBytes is the longest path that an operating system opens (PATH_MAX). Only a forged trace has longer ones, for instance
// if it moves a directory into itself.
const maxPathBytes = 4096

var errDeep = errors.New("program: directories are nested too deeply")

type walk struct {
	fs      *faultfs.FS
	visitor Visitor
	first   map[faultfs.Ino]string // the first name of each file
	buf     []byte
}

func (w *walk) dir(dir faultfs.Inode, at string) error {
	if len(at) > maxPathBytes {
		return errDeep
	}
	if err := w.visitor.Dir(at, dir.Known().Ino); err != nil {
		return err
	}
	if err := w.attrs(dir, at); err != nil {
		return err
	}
	names, err := dir.List()
	if err != nil {
		return err
	}
	slices.SortFunc(names, func(a, b faultfs.InodeName) int { return strings.Compare(a.Name, b.Name) })
	for _, n := range names {
		if err := w.name(dir, n, path.Join(at, n.Name)); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) name(dir faultfs.Inode, n faultfs.InodeName, at string) error {
	if n.Target != "" {
		return w.visitor.Symlink(at, n.Target)
	}
	child, err := dir.Lookup(n.Name)
	if err != nil {
		return err
	}
	if n.Dir {
		return w.dir(child, at)
	}
	if first, again := w.first[n.Ino]; again {
		return w.visitor.Link(at, first)
	}
	w.first[n.Ino] = at
	f, err := child.Open(os.O_RDONLY)
	if err != nil {
		return err
	}
	size, failed := child.Info().Size, error(nil)
	err = w.visitor.File(at, n.Ino, size, func(yield func(int64, []byte) bool) {
		for off := child.NextData(0); off < size && failed == nil; {
			var more bool
			if more, failed = w.piece(f, off, size, yield); !more {
				return
			}
			off = child.NextData(min(off+pieceBytes, size))
		}
	})
	if err = errors.Join(err, failed, f.Close()); err != nil {
		return err
	}
	return w.attrs(child, at)
}

func (w *walk) attrs(i faultfs.Inode, at string) error {
	for _, name := range i.Xattrs() {
		value, _ := i.Xattr(name) // it was listed
		if err := w.visitor.Xattr(at, name, value); err != nil {
			return err
		}
	}
	return nil
}

// pieceBytes is the maximum length of a piece.
const pieceBytes = 64 << 10

// piece reads and yields one piece of a file.
func (w *walk) piece(f afero.File, off, size int64, yield func(int64, []byte) bool) (more bool, err error) {
	if w.buf == nil {
		w.buf = make([]byte, pieceBytes)
	}
	b := w.buf[:min(pieceBytes, size-off)]
	if n, err := f.ReadAt(b, off); n < len(b) {
		return false, errors.Join(io.ErrUnexpectedEOF, err)
	}
	return yield(off, b), nil
}

// ContentOf hashes everything on a disk, which settles all that was undecided.
func ContentOf(fs *faultfs.FS) (Content, error) {
	var h hasher
	for i := range h {
		h[i].SetSeed(seeds[i])
	}
	if err := Visit(fs, &h); err != nil {
		return Content{}, err
	}
	return Content{h[0].Sum64(), h[1].Sum64()}, nil
}

// hasher is a Visitor that hashes what it visits.
type hasher [2]maphash.Hash

// add hashes each part with its length, so that different lists of parts never hash the same bytes.
func (h *hasher) add(kind byte, parts ...[]byte) {
	var head [9]byte
	for _, p := range parts {
		head[0] = kind
		binary.LittleEndian.PutUint64(head[1:], uint64(len(p)))
		for i := range h {
			_, _ = h[i].Write(head[:]) // it takes everything
			_, _ = h[i].Write(p)
		}
	}
}

func (h *hasher) Dir(path string, _ faultfs.Ino) error {
	h.add('d', []byte(path))
	return nil
}

func (h *hasher) Symlink(path, target string) error {
	h.add('s', []byte(path), []byte(target))
	return nil
}

func (h *hasher) Link(path, first string) error {
	h.add('l', []byte(path), []byte(first))
	return nil
}

func (h *hasher) Xattr(path, name string, value []byte) error {
	h.add('x', []byte(path), []byte(name), value)
	return nil
}

// File hashes only what is not zero, because a page of zeros and a hole must hash alike.
func (h *hasher) File(path string, _ faultfs.Ino, size int64, pieces iter.Seq2[int64, []byte]) error {
	h.add('f', []byte(path), binary.LittleEndian.AppendUint64(nil, uint64(size)))
	var at [8]byte
	for off, piece := range pieces {
		for len(piece) > 0 {
			n := min(len(piece), int(pageBytes-off%pageBytes))
			if page := piece[:n]; !bytes.Equal(page, zeros[:n]) {
				binary.LittleEndian.PutUint64(at[:], uint64(off))
				h.add('p', at[:], page)
			}
			piece, off = piece[n:], off+int64(n)
		}
	}
	return nil
}

const pageBytes = 4096

var zeros [pageBytes]byte
