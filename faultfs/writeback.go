package faultfs

// writeback checks the rules for a write-back: if one hits, the system tries to write the dirty pages of the file, and
// fails. No call waits for that, so the next sync of each handle reports the error.
func (f *file) writeback() error {
	rule, err := f.fs.inject(call{kind: OpWriteback, name: "write", path: f.name, node: f.node})
	if err != nil || rule == nil {
		return err
	}
	f.fs.record(Op{Kind: OpWriteback, Path: f.name, Ino: f.node.ino, Fault: FailedSync, As: rule.As})
	f.node.errors.set()
	return nil
}

// evict drops the clean pages of a file: bytes that failed write-backs left only in memory are lost.
func (f *file) evict() {
	f.fs.record(Op{Kind: OpRead, Path: f.name, Ino: f.node.ino, Fault: Evict})
	f.fs.reread(f.node)
}

// reread replaces a file in memory with what the disk has, plus what is still dirty. The caller holds mu.
func (fs *FS) reread(n *node) {
	now := fs.now.Load()
	n.content = fs.timeline(Model{}, now).Reread(now, n.ino)
}
