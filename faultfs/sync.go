package faultfs

import "syscall"

// Sync makes a file's bytes and size durable, or a directory's names.
func (f *file) Sync() error {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkUsable("sync"); err != nil {
		return err
	}
	return f.sync("sync")
}

// SyncData is Sync: whatever is needed to read the bytes becomes durable, and nothing else is modelled.
func (f *file) SyncData() error { return f.Sync() }

// sync carries out a sync, which a fault can hit. If an earlier write-back failed and the handle has not reported it
// yet, the sync reports that and does nothing.
func (f *file) sync(name string) error {
	rule, err := f.fs.inject(call{kind: OpSync, name: name, path: f.name, node: f.node})
	if err != nil {
		return err
	}
	op := Op{Kind: OpSync, Path: f.name, Ino: f.node.ino, Dir: f.node.isDir(), Fault: effectOf(rule)}
	if op.Fault == FailedSync {
		op.As = rule.As
		f.fs.record(op)
		return f.failSync(name)
	}
	if f.node.errors.check(&f.reported) {
		op.Fault, err = EIO, f.fail(name, syscall.EIO)
	}
	f.fs.record(op)
	return err
}

// failSync makes a sync that is already in the trace fail, and returns the error for its caller.
func (f *file) failSync(call string) error {
	f.node.errors.set()
	f.node.errors.check(&f.reported)
	return f.fail(call, syscall.EIO)
}
