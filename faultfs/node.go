package faultfs

import (
	"github.com/lightningdb/lightning-torture/faultfs/crash"
	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// node is a file, directory or symbolic link as the running program sees it.
type node struct {
	ino     Ino
	target  string          // target of a symbolic link
	content *disk.Content   // bytes of a file
	left    *crash.Leftover // what a crash left undecided about a file; nil once everything is decided
	errors  errseq          // its failed write-backs
	handles int             // number of open handles
	name    string          // name under which it was last opened
	parent  *node           // directory in which an Inode last found it, under the name base; nil if none did
	base    string
	links   int // number of names that this mount knows: the one that led here, plus those created, minus those removed
	// For a directory: if complete, a name that is not in names does not exist; otherwise base and image decide.
	names    map[string]disk.Entry
	complete bool
	removed  bool
	borrowed bool // names belongs to base and must be copied before the first change
}

func (n *node) isDir() bool { return n.content == nil }
