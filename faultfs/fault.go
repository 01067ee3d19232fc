package faultfs

import "syscall"

// call is one filesystem call as the rules see it.
type call struct {
	kind    OpKind
	name    string // the name of the call, for errors
	path    string
	to      string // the new name of a rename or link, the other one of an exchange
	node    *node  // nil if the call is about a name
	changes bool   // it would change the disk; set only for kinds of calls that sometimes do
	off     int64  // offset of a read, write or allocation
	bytes   int64  // its length
}

// op returns the trace entry for a call hit by a fault.
func (c *call) op(e Effect) Op {
	op := Op{Kind: c.kind, Path: c.path, To: c.to, Fault: e}
	if c.node != nil {
		op.Ino = c.node.ino
	}
	return op
}

// errnoOf returns the error of an effect that makes a call fail without changing anything, and 0 for all other effects.
func errnoOf(e Effect) syscall.Errno {
	switch e {
	case EIO:
		return syscall.EIO
	case ENOSPC:
		return syscall.ENOSPC
	case EINTR:
		return syscall.EINTR
	case EROFS:
		return syscall.EROFS
	case EMFILE:
		return syscall.EMFILE
	default:
		return 0
	}
}

// effectOf returns the effect of a rule, or NoEffect if the rule is nil.
func effectOf(r *Rule) Effect {
	if r == nil {
		return NoEffect
	}
	return r.Effect
}

// inject checks the rules for a call. It returns the rule that hits the call, or nil, and an error if the effect is
// that the call fails without changing anything. Later rules do not see a call that a rule has hit, unless that rule
// only delays it. The caller holds mu.
func (fs *FS) inject(c call) (*Rule, error) {
	fs.calls[c.kind]++
	if fs.watch != nil {
		fs.watch(c.kind, c.path, c.to)
	}
	for _, r := range fs.rules {
		if !r.Sees(c.kind, c.path, c.to) || !r.InTime(fs.ticks) || !fs.possible(r, &c) || !r.Fires() {
			continue
		}
		partly := r.Effect == ENOSPC && r.Bytes != 0 && c.kind == OpWrite
		switch errno := errnoOf(r.Effect); {
		case r.Effect == Slow || r.Effect == Stall:
			fs.record(c.op(r.Effect))
			fs.delay(r)
			continue
		case errno != 0 && !partly:
			fs.record(c.op(r.Effect))
			return r, pathError(c.name, c.path, errno)
		}
		return r, nil // the caller carries it out and records it
	}
	return nil, nil
}

// possible reports whether the effect of a rule can happen to this call. If it cannot, the call is not a match.
func (fs *FS) possible(r *Rule, c *call) bool {
	switch {
	case r.Effect == EROFS:
		return c.changes || c.kind <= OpSync
	case r.Bytes != 0:
		takes := fs.takes(c)
		return takes > 0 && uint64(fs.used()+takes) > r.Bytes
	case r.Files != 0:
		return fs.handles >= r.Files
	case r.Effect == Evict:
		return c.node.errors.n > 0
	case r.Effect == Short && c.kind == OpRead:
		return fs.within(c) > 1
	case r.Effect == BitFlip && c.kind == OpRead:
		return fs.within(c) > 0
	}
	return true
}

// within returns how many of the bytes that a read asks for exist.
func (fs *FS) within(c *call) int64 { return min(c.bytes, fs.size(c.node)-c.off) }

// Injected returns how often the current rules injected each kind of fault, keyed by Rule.Key. SetRules starts the counts anew; the
// trace keeps all faults.
func (fs *FS) Injected() map[string]uint64 {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	counts := map[string]uint64{}
	for _, r := range fs.rules {
		if r.Hits() > 0 {
			counts[r.Key()] += r.Hits()
		}
	}
	return counts
}

// Matched returns how many calls met all conditions of a rule, leaving aside nth and the others that count matches.
func (fs *FS) Matched() (n uint64) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, r := range fs.rules {
		n += r.Matches()
	}
	return n
}

// Watch has called invoked before each call that rules can hit, with its kind, its path and, for a rename, link or
// exchange, the second path. The filesystem is locked meanwhile. Watch(nil) ends it.
func (fs *FS) Watch(called func(kind OpKind, path, to string)) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.watch = called
}

// WatchReads has called invoked after each read, with the path and the number of bytes that the read returned. The
// filesystem is locked meanwhile. WatchReads(nil) ends it.
func (fs *FS) WatchReads(called func(path string, bytes int)) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.watchReads = called
}

// SetRules replaces the fault rules.
func (fs *FS) SetRules(rules ...*Rule) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.rules = rules
}
