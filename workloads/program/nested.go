package program

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Nested is a crash during a recovery: what the first recovery had done, and the disk that the second one found.
type Nested struct {
	Tick  uint64 `json:"tick"`  // the operation of the recovery after which power was cut again
	Calls []Call `json:"calls"` // the last operations of the recovery before the cut
	Disk  []Item `json:"disk"`
}

// Item is a file, directory, symbolic link or further hard link on a disk.
type Item struct {
	Path   string         `json:"path"`
	Dir    bool           `json:"dir,omitempty"`
	Target string         `json:"target,omitempty"` // of a symbolic link
	First  string         `json:"first,omitempty"`  // set for a further hard link: the first name of the file
	Size   int64          `json:"size,omitempty"`   // bytes
	Pieces []Piece        `json:"pieces,omitempty"` // the file is zero everywhere else
	Xattrs []faultfs.Attr `json:"xattrs,omitempty"` // the extended attributes
}

// Piece is a run of bytes of a file, starting at an offset.
type Piece struct {
	Off   int64  `json:"off"`
	Bytes []byte `json:"bytes"`
}

// inRecovery introduces the sentence of a failure after a crash during a recovery.
const inRecovery = "after a crash during the recovery: "

// itemsOf lists what is on a disk.
func itemsOf(fs *faultfs.FS) []Item {
	var list lister
	if err := Visit(fs, &list); err != nil {
		panic("program: a disk in memory cannot be read: " + err.Error())
	}
	return list
}

// lister is a Visitor that remembers everything.
type lister []Item

func (l *lister) Dir(path string, _ faultfs.Ino) error {
	if path != "" {
		*l = append(*l, Item{Path: path, Dir: true})
	}
	return nil
}

func (l *lister) Symlink(path, target string) error {
	*l = append(*l, Item{Path: path, Target: target})
	return nil
}

func (l *lister) Link(path, first string) error {
	*l = append(*l, Item{Path: path, First: first})
	return nil
}

func (l *lister) Xattr(path, name string, value []byte) error {
	i := slices.IndexFunc(*l, func(i Item) bool { return i.Path == path })
	if i < 0 { // of the root directory, which is not listed otherwise
		*l, i = append(*l, Item{Dir: true}), len(*l)
	}
	(*l)[i].Xattrs = append((*l)[i].Xattrs, faultfs.Attr{Name: name, Value: value})
	return nil
}

func (l *lister) File(path string, _ faultfs.Ino, size int64, pieces iter.Seq2[int64, []byte]) error {
	i := Item{Path: path, Size: size}
	for off, piece := range pieces {
		i.Pieces = append(i.Pieces, Piece{Off: off, Bytes: bytes.Clone(piece)})
	}
	*l = append(*l, i)
	return nil
}

// image returns the disk that the second recovery found.
func (n *Nested) image() (*faultfs.FS, error) {
	fs := faultfs.New(faultfs.Options{})
	for _, i := range n.Disk {
		var err error
		switch {
		case i.Path == "": // the root directory
		case i.Dir:
			err = fs.Mkdir(i.Path, os.ModePerm)
		case i.Target != "":
			err = fs.SymlinkIfPossible(i.Target, i.Path)
		case i.First != "":
			err = fs.Link(i.First, i.Path)
		default:
			err = i.write(fs)
		}
		for _, a := range i.Xattrs {
			if err == nil {
				err = setXattr(fs, i.Path, a)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("program: the disk of a finding: %w", err)
		}
	}
	return fs, nil
}

func setXattr(fs *faultfs.FS, at string, a faultfs.Attr) (err error) {
	i, _ := fs.Inode(1)
	for name := range strings.SplitSeq(at, "/") {
		if name != "" && err == nil {
			i, err = i.Lookup(name)
		}
	}
	if err != nil {
		return err
	}
	return i.SetXattr(a)
}

// write creates the file on a disk.
func (i *Item) write(fs *faultfs.FS) error {
	f, err := fs.Create(i.Path)
	if err != nil {
		return err
	}
	for _, p := range i.Pieces {
		if _, err := f.WriteAt(p.Bytes, p.Off); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(f.Truncate(i.Size), f.Close())
}
