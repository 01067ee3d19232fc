package faultfs

import (
	"slices"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// Exchange makes each of two names refer to what the other one referred to, atomically; see Exchanger.
func (fs *FS) Exchange(a, b string) error {
	fs.mu.Lock()
	defer fs.leave()
	if _, err := fs.inject(call{kind: OpExchange, name: "exchange", path: a, to: b, changes: true}); err != nil {
		return linkError("exchange", a, b, err)
	}
	op, errno := fs.exchanging(a, b)
	if errno != 0 {
		return linkError("exchange", a, b, errno)
	}
	if len(op.Edits) > 0 {
		fs.change(op)
	}
	return nil
}

// exchanging returns the operation for an exchange. It has no edits if both names refer to the same file.
func (fs *FS) exchanging(a, b string) (Op, syscall.Errno) {
	if hasNUL(a) || hasNUL(b) {
		return Op{}, syscall.EINVAL
	}
	var toA, toB walker
	first, errno := toA.walk(fs, a, never)
	if errno != 0 {
		return Op{}, errno
	}
	second, errno := toB.walk(fs, b, never)
	switch {
	case errno != 0:
		return Op{}, errno
	case first.base == "" || second.base == "":
		return Op{}, syscall.EBUSY
	}
	one, errno := fs.at(first)
	if errno != 0 {
		return Op{}, errno
	}
	other, errno := fs.at(second)
	within := func(e disk.Entry, above []*node) bool {
		return slices.ContainsFunc(above, func(n *node) bool { return n.ino == e.Ino })
	}
	switch {
	case errno != 0:
		return Op{}, errno
	case !one.Dir && first.slash || !other.Dir && second.slash:
		return Op{}, syscall.ENOTDIR
	case within(one, toB.above) || within(other, toA.above):
		return Op{}, syscall.EINVAL
	case one.Ino == other.Ino:
		return Op{}, 0
	}
	return Op{
		Kind: OpExchange, Path: a, To: b, Ino: one.Ino, Victim: other.Ino, Dir: one.Dir,
		Edits: []Edit{other.Edit(first.dir.ino, first.base), one.Edit(second.dir.ino, second.base)},
	}, 0
}
