package disk

import "github.com/lightningdb/lightning-torture/faultfs/trace"

// Entry is what a name in a directory stands for. The zero Entry is nothing. A symbolic link consists of its entries
// alone: it has no content.
type Entry struct {
	Ino    trace.Ino
	Dir    bool
	Target string // target of a symbolic link; otherwise empty
}

// EntryOf returns what the name stands for after the edit.
func EntryOf(e *trace.Edit) Entry { return Entry{e.Ino, e.Dir, e.Target} }

// Edit returns the change that makes name in parent stand for e.
func (e Entry) Edit(parent trace.Ino, name string) trace.Edit {
	return trace.Edit{Parent: parent, Name: name, Ino: e.Ino, Dir: e.Dir, Target: e.Target}
}
