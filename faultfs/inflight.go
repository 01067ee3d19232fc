package faultfs

import (
	"cmp"
	"io"
	"io/fs"
	"maps"
	"slices"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// fitting returns the part of a write that is carried out, and an error if that is not all of it.
func (f *file) fitting(rule *Rule, b []byte, off int64) ([]byte, error) {
	switch effectOf(rule) {
	case Short:
		return b[:len(b)/2], &fs.PathError{Op: "write", Path: f.name, Err: io.ErrShortWrite}
	case ENOSPC:
		return b[:f.fs.room(rule, f.node, off, int64(len(b)))], f.fail("write", syscall.ENOSPC)
	default:
		return b, nil
	}
}

// arriving returns a copy of the bytes that the file really gets when b is written at off. A misdirected write leaves
// the old bytes in its intended place, but the file still grows, because its size is stored elsewhere.
func (f *file) arriving(rule *Rule, b []byte, off int64) []byte {
	data := slices.Clone(b)
	switch effectOf(rule) {
	case BitFlip:
		bit := rule.Draw().IntN(8 * len(data))
		data[bit/8] ^= 1 << (bit % 8)
	case Stale, Misplaced:
		clear(data)
		f.node.content.ReadAt(data, off)
	default:
	}
	return data
}

// misplace stores bytes meant for off in another block, of this file or of another file that has been opened. They
// overwrite what that block holds, and do not extend the file that it belongs to. If there is no other block, they go
// to free space.
func (f *file) misplace(rule *Rule, b []byte, off int64) {
	rng := rule.Draw()
	var blocks []*node
	for _, n := range slices.SortedFunc(maps.Values(f.fs.nodes), func(a, b *node) int { return cmp.Compare(a.ino, b.ino) }) {
		if !n.isDir() && n.name != "" && f.fs.size(n) > 0 && (n != f.node || n.content.Size() > disk.PageBytes) {
			blocks = append(blocks, n)
		}
	}
	if len(blocks) == 0 {
		return
	}
	n := blocks[rng.IntN(len(blocks))]
	pages := (n.content.Size() + disk.PageBytes - 1) / disk.PageBytes
	page := rng.Int64N(pages)
	if n == f.node && page == off/disk.PageBytes {
		page = (page + 1) % pages
	}
	at := page*disk.PageBytes + off%disk.PageBytes
	if at >= n.content.Size() {
		return // beyond the end of the file
	}
	b = b[:min(int64(len(b)), n.content.Size()-at)]
	f.fs.resolve(n, at, at+int64(len(b)))
	n.store(f.fs, Op{Path: n.name, Off: at, Data: slices.Clone(b), Fault: Misplaced})
}

// store writes the bytes of an op, completes the op with the inode and the sizes, and records it.
func (n *node) store(fs *FS, op Op) {
	op.Kind, op.Ino, op.OldSize = OpWrite, n.ino, n.content.Size()
	n.content.WriteAt(op.Data, op.Off)
	op.Size = n.content.Size()
	fs.record(op)
}

// shorten records a short read and returns how many of n bytes it returns.
func (f *file) shorten(n int) int {
	f.fs.record(Op{Kind: OpRead, Path: f.name, Ino: f.node.ino, Fault: Short})
	return n / 2
}

// flipRead flips one bit of what a read at off returns. The file itself is not changed.
func (f *file) flipRead(rule *Rule, b []byte, off int64) {
	bit := rule.Draw().IntN(8 * len(b))
	b[bit/8] ^= 1 << (bit % 8)
	f.fs.record(Op{Kind: OpRead, Path: f.name, Ino: f.node.ino, Off: off + int64(bit/8), Fault: BitFlip})
}
