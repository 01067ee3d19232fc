package program

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Content identifies, in this process, what a program can see on a disk: two disks with equal contents differ in nothing but
// the numbers of their inodes. It is a hash of 128 bits.
type Content [2]uint64

// seeds are of this process: a recording cannot be made to collide.
var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// Visitor is told what is on a disk: parents before children, names in order.
type Visitor interface {
	Dir(path string, ino faultfs.Ino) error
	Symlink(path, target string) error
	// Link is called in place of File for a further name of a file.
	Link(path, first string) error
	// File is called with the bytes of a file, which are valid until it returns.
	File(path string, ino faultfs.Ino, bytes []byte) error
}

// Visit looks at everything on a disk, and so decides all of it. The root directory has the empty path.
func Visit(fs *faultfs.FS, v Visitor) error {
	root, _ := fs.Inode(1)
	w := &walk{fs: fs, visitor: v, first: map[faultfs.Ino]string{}}
	return w.dir(root, "")
}

type walk struct {
	fs      *faultfs.FS
	visitor Visitor
	first   map[faultfs.Ino]string // the first name of each file
	buf     []byte
}

func (w *walk) dir(dir faultfs.Inode, at string) error {
	if err := w.visitor.Dir(at, dir.Known().Ino); err != nil {
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
	if err := w.read(child); err != nil {
		return err
	}
	return w.visitor.File(at, n.Ino, w.buf)
}

// read reads a file into buf.
func (w *walk) read(file faultfs.Inode) error {
	size := file.Info().Size
	w.buf = slices.Grow(w.buf[:0], int(size))[:size]
	f, err := file.Open(os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	return readFull(f, w.buf)
}

func readFull(f afero.File, b []byte) error {
	n, err := f.ReadAt(b, 0)
	if n < len(b) {
		return errors.Join(io.ErrUnexpectedEOF, err)
	}
	return nil
}

// ContentOf looks at everything on a disk.
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

// hasher is a Visitor that hashes what it is told.
type hasher [2]maphash.Hash

// add hashes a part with its length, so that no two lists of parts are the same bytes.
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

func (h *hasher) File(path string, _ faultfs.Ino, bytes []byte) error {
	h.add('f', []byte(path), bytes)
	return nil
}
