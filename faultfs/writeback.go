package faultfs

// writeback lets the pages that are dirty so far be written by the system, and fail, if a rule says so. Nobody waits for
// it, so it is the next sync of each handle that reports the error.
func (f *file) writeback() error {
	rule, err := f.fs.inject(call{kind: OpWriteback, name: "write", path: f.name, node: f.node})
	if err != nil || rule == nil {
		return err
	}
	f.fs.record(Op{Kind: OpWriteback, Path: f.name, Ino: f.node.ino, Fault: FailedSync, As: rule.As})
	f.node.errors.set()
	return nil
}

// evict drops the clean pages of a file: what its failed write-backs left in memory only is gone.
func (f *file) evict() {
	f.fs.record(Op{Kind: OpRead, Path: f.name, Ino: f.node.ino, Fault: Evict})
	f.fs.reread(f.node)
}

// reread makes a file in memory what the disk has of it in its place, and what is still dirty. The caller holds mu.
func (fs *FS) reread(n *node) {
	now := fs.now.Load()
	n.content = fs.timeline(Model{}, now).Reread(now, n.ino)
}
