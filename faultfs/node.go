package faultfs

import (
	"github.com/lightningdb/lightning-torture/faultfs/crash"
	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// node is a file, directory or symbolic link as the running program sees it.
type node struct {
	ino     Ino
	target  string          // the target of a symbolic link
	content *disk.Content   // the bytes of a file
	left    *crash.Leftover // what a crash left undecided about a file; nil once everything is decided
	errors  errseq          // its failed write-backs
	handles int             // how many handles are open
	name    string          // the name by which it was last opened
	parent  *node           // the directory in which an Inode last found it, under the name base; nil: none did
	base    string
	links   int // how many names it has, as far as this mount knows: one that it had before counts when it is removed
	// For a directory: a name that is not in names does not exist if complete; otherwise base and image decide.
	names    map[string]disk.Entry
	complete bool
	removed  bool
	borrowed bool // names belongs to base: copy it before the first change
}

func (n *node) isDir() bool { return n.content == nil }
