package faultfs

import "github.com/lightningdb/lightning-torture/faultfs/disk"

// resolve decides what must be known about a file before [from, to) is read or changed, which always includes its size.
func (fs *FS) resolve(n *node, from, to int64) {
	if n.left == nil {
		return
	}
	if !n.left.Sized() {
		fs.image.Resize(n.left, n.content)
	}
	if from < to {
		fs.image.Fill(n.left, n.content, from, to)
	}
	if n.left.Filled() {
		n.left = nil
	}
}

// resolveWrite decides what must be known about a file before [from, to) is written. If new blocks may be stale, whole
// pages must be known, because it matters whether the disk has a block for them.
func (fs *FS) resolveWrite(n *node, from, to int64) {
	if n.left != nil && fs.image.StaleBlocks() {
		from, to = from-from%disk.PageBytes, to+disk.PageBytes-1-(to-1)%disk.PageBytes
	}
	fs.resolve(n, from, to)
}

// size returns the size of a file in bytes.
func (fs *FS) size(n *node) int64 {
	fs.resolve(n, 0, 0)
	return n.content.Size()
}
