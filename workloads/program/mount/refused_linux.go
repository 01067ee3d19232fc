package mount

import "github.com/hanwen/go-fuse/v2/fuse"

// Requests that this disk does not support, each with the remedy for programs that do not fall back by themselves. The kernel
// itself refuses to collapse and insert ranges.
const (
	noSocket   = "a socket in the directory of its store; put it elsewhere, for a server in {tmp}"
	noSpecial  = "a pipe or a device in the directory of its store; put it elsewhere, for a server in {tmp}"
	noWhiteout = "a rename that leaves a whiteout (RENAME_WHITEOUT), which only overlay filesystems need"
	noXattr    = "an extended attribute outside user.*; let it use one of those"
)

// refuse reports a request that the disk of a node does not support.
func (n *nodes) refuse(node uint64, what string, code fuse.Status) fuse.Status {
	if s, _, ok := n.at(node); ok && s.Refused != nil {
		s.Refused(what)
	}
	return code
}
