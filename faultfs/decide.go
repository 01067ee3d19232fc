package faultfs

import (
	"hash/maphash"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Decide decides everything about a crash image that could be seen: every name, and the size and bytes of every file
// that has a name, and every extended attribute. It asks in a fixed order, which is the same for all images of a crash
// point. Whoever looks at the image afterwards, in any order and from any number of goroutines, sees what the chooser has
// answered. Decide is not a call of the program: it takes no tick, is not counted, and no rule hits it. On a filesystem
// that is not a crash image it does nothing.
func (fs *FS) Decide() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image != nil {
		fs.decideDir(trace.Root)
	}
}

// decideDir decides everything in and below a directory.
func (fs *FS) decideDir(ino Ino) {
	names := fs.namesNow(ino)
	fs.namesNow(disk.Attrs(ino))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		e := names[name]
		if !e.Dir && e.Target == "" {
			fs.namesNow(disk.Attrs(e.Ino))
		}
		switch {
		case e.Dir:
			fs.decideDir(e.Ino)
		case fs.nodes[e.Ino] != nil || fs.image.Leftover(e.Ino) != nil:
			fs.decideFile(fs.node(e))
		}
	}
}

// namesNow returns all names in a directory; the caller must not modify the map. A directory in which nothing is
// undecided is not mounted for this.
func (fs *FS) namesNow(ino Ino) map[string]disk.Entry {
	if fs.nodes[ino] == nil && (fs.image == nil || !fs.image.NamesPending(ino)) {
		return fs.base.Names(ino)
	}
	return fs.list(fs.node(disk.Entry{Ino: ino, Dir: true}))
}

func (fs *FS) decideFile(n *node) {
	fs.resolve(n, 0, 0)
	if n.left != nil {
		fs.resolve(n, 0, n.left.Size())
	}
}

// Digester tells whether two disks look the same to a program that reads them. It remembers the files that it has seen,
// which crash images mostly share. It must be used by one goroutine at a time; Digesters with the same seed agree.
type Digester struct {
	seed  maphash.Seed
	files map[*disk.Content]uint64
}

// NewDigester returns a Digester that hashes with a seed.
func NewDigester(seed maphash.Seed) *Digester {
	return &Digester{seed: seed, files: map[*disk.Content]uint64{}}
}

// Digest returns a hash of everything that can be read: names, links, sizes, bytes and extended attributes. Apart from collisions of a
// 64-bit hash, different disks have different hashes. A crash image is decided completely first, as by FS.Decide.
func (d *Digester) Digest(fs *FS) uint64 {
	fs.Decide()
	fs.mu.Lock()
	defer fs.mu.Unlock()
	w := digesting{Digester: d, fs: fs, files: map[Ino]int{}}
	w.hash.SetSeed(d.seed)
	w.dir(trace.Root)
	return w.hash.Sum64()
}

// digesting is one walk over a disk.
type digesting struct {
	*Digester
	fs    *FS
	hash  maphash.Hash
	files map[Ino]int // files, numbered in the order in which the walk meets them, to tell two names of one file from two files
}

func (w *digesting) number(n uint64) { maphash.WriteComparable(&w.hash, n) }

func (w *digesting) text(s string) {
	w.number(uint64(len(s)))
	_, _ = w.hash.WriteString(s) // never fails
}

func (w *digesting) dir(ino Ino) {
	names := w.fs.namesNow(ino)
	w.number(uint64(len(names)))
	w.attrs(ino)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		e := names[name]
		w.text(name)
		switch {
		case e.Dir:
			w.number(1)
			w.dir(e.Ino)
		case e.Target != "":
			w.number(2)
			w.text(e.Target)
		default:
			w.number(3)
			w.file(e.Ino)
		}
	}
}

func (w *digesting) attrs(ino Ino) {
	attrs := w.fs.namesNow(disk.Attrs(ino))
	w.number(uint64(len(attrs)))
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		w.text(name)
		w.text(attrs[name].Target)
	}
}

func (w *digesting) file(ino Ino) {
	at, seen := w.files[ino]
	if !seen {
		at = len(w.files)
		w.files[ino] = at
	}
	if w.number(uint64(at)); seen {
		return
	}
	w.attrs(ino)
	if n := w.fs.nodes[ino]; n != nil { // touched since the filesystem was mounted
		w.number(n.content.Hash(w.seed))
		return
	}
	content := w.fs.base.Content(ino)
	sum, known := w.Digester.files[content]
	if !known {
		sum = content.Hash(w.seed)
		w.Digester.files[content] = sum
	}
	w.number(sum)
}
