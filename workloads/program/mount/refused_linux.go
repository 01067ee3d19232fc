package mount

import (
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// What this disk does not have. Each says what to do where programs do not fall back by themselves. The kernel itself refuses to
// collapse and insert ranges.
const (
	noSocket   = "a socket in the directory of its store; let it be elsewhere, for a server in {tmp}"
	noSpecial  = "a pipe or a device in the directory of its store; let it be elsewhere, for a server in {tmp}"
	noExchange = "to exchange two names at once (RENAME_EXCHANGE); let it rename one after the other"
	noTmpfile  = "a file without a name (O_TMPFILE); it may make one with a name and remove it"
	noXattr    = "an extended attribute; let it keep this in a file"
)

// refuse notes that a process has asked for something that the disk of a node does not have.
func (n *nodes) refuse(node uint64, what string, code fuse.Status) fuse.Status {
	if s, _, ok := n.at(node); ok && s.Refused != nil {
		s.Refused(what)
	}
	return code
}

// SetXAttr refuses: there are no extended attributes. The kernel does not ask again.
func (n *nodes) SetXAttr(_ <-chan struct{}, in *fuse.SetXAttrIn, _ string, _ []byte) fuse.Status {
	return n.refuse(in.NodeId, noXattr, fuse.ENOSYS)
}

// Tmpfile refuses: each file has a name at first.
func (n *nodes) Tmpfile(_ <-chan struct{}, in *fuse.CreateIn, _ *fuse.CreateOut) fuse.Status {
	return n.refuse(in.NodeId, noTmpfile, fuse.Status(syscall.EOPNOTSUPP))
}
