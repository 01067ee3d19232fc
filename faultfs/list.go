package faultfs

import (
	"cmp"
	"io"
	"maps"
	"os"
	"slices"
	"syscall"
)

// listing is the position of a handle in a directory: it has read all names up to and including last, in disk order.
// Like an operating system's cursor, it neither skips nor repeats a name when others come and go between two pages.
type listing struct {
	begun bool
	ended bool // everything has been listed; new names appear in the next listing
	last  string
}

// Readdirnames returns up to count names, or all remaining ones if count <= 0. As in an operating system, the order is
// fixed for a directory but not sorted.
func (f *file) Readdirnames(count int) ([]string, error) {
	f.fs.enter()
	defer f.fs.leave()
	return f.nextNames(count)
}

// Readdir is Readdirnames with a FileInfo for each name.
func (f *file) Readdir(count int) ([]os.FileInfo, error) {
	f.fs.enter()
	defer f.fs.leave()
	names, err := f.nextNames(count)
	infos := make([]os.FileInfo, len(names))
	for i, name := range names {
		infos[i] = f.fs.info(name, f.fs.node(f.node.names[name]))
	}
	return infos, err
}

func (f *file) nextNames(count int) ([]string, error) {
	if err := f.checkUsable("readdirent"); err != nil {
		return nil, err
	}
	if !f.node.isDir() {
		return nil, f.fail("readdirent", syscall.ENOTDIR)
	}
	if f.node.removed {
		return nil, f.fail("readdirent", syscall.ENOENT)
	}
	if _, err := f.fs.inject(call{kind: OpList, name: "readdirent", path: f.name, node: f.node}); err != nil {
		return nil, err
	}
	names := f.remaining()
	if count <= 0 || len(names) == 0 {
		f.listed.ended = true
	}
	if count > 0 {
		if len(names) == 0 {
			return nil, io.EOF
		}
		names = names[:min(count, len(names))]
	}
	if len(names) > 0 {
		f.listed.begun, f.listed.last = true, names[len(names)-1]
	}
	return names, nil
}

// remaining returns the names that the handle has not listed yet, in disk order.
func (f *file) remaining() []string {
	if f.listed.ended {
		return nil
	}
	entries := f.fs.list(f.node)
	names := slices.AppendSeq(make([]string, 0, len(entries)), maps.Keys(entries))
	slices.SortFunc(names, diskOrder)
	if !f.listed.begun {
		return names
	}
	after, found := slices.BinarySearchFunc(names, f.listed.last, diskOrder)
	if found {
		after++
	}
	return names[after:]
}

// diskOrder compares names by a hash, so that no program relies on an order that no filesystem promises.
func diskOrder(a, b string) int { return cmp.Or(cmp.Compare(hash(a), hash(b)), cmp.Compare(a, b)) }

func hash(s string) (h uint32) {
	h = 2166136261
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
