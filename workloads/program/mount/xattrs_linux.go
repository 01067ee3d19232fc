package mount

import (
	"strings"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// userAttr is how the names of extended attributes begin that programs may use as they like.
const userAttr = "user."

// SetXAttr sets an extended attribute.
func (n *nodes) SetXAttr(_ <-chan struct{}, in *fuse.SetXAttrIn, name string, value []byte) fuse.Status {
	if !strings.HasPrefix(name, userAttr) {
		return n.refuse(in.NodeId, noXattr, fuse.Status(syscall.EOPNOTSUPP))
	}
	_, i, ok := n.at(in.NodeId)
	if !ok {
		return fuse.EPERM
	}
	switch _, exists := i.Xattr(name); {
	case exists && in.Flags&unix.XATTR_CREATE != 0:
		return fuse.Status(syscall.EEXIST)
	case !exists && in.Flags&unix.XATTR_REPLACE != 0:
		return fuse.ENODATA
	}
	return n.change(&in.InHeader, faultfs.Attr{Name: name, Value: append([]byte(nil), value...)})
}

// RemoveXAttr removes an extended attribute.
func (n *nodes) RemoveXAttr(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	_, i, ok := n.at(h.NodeId)
	if !ok {
		return fuse.EPERM
	}
	if _, exists := i.Xattr(name); !exists {
		return fuse.ENODATA
	}
	return n.change(h, faultfs.Attr{Name: name, Removed: true})
}

// change changes an extended attribute.
func (n *nodes) change(h *fuse.InHeader, a faultfs.Attr) fuse.Status {
	s, i, ok := n.at(h.NodeId)
	if !ok {
		return stale
	}
	return status(s.calling(h, func() error { return i.SetXattr(a) }))
}

// GetXAttr returns the value of an extended attribute, which settles it.
func (n *nodes) GetXAttr(_ <-chan struct{}, h *fuse.InHeader, name string, to []byte) (uint32, fuse.Status) {
	if !strings.HasPrefix(name, userAttr) {
		return 0, fuse.ENODATA
	}
	_, i, ok := n.at(h.NodeId)
	if !ok {
		return 0, fuse.ENODATA
	}
	value, ok := i.Xattr(name)
	if !ok {
		return 0, fuse.ENODATA
	}
	return reply(to, value)
}

// ListXAttr lists the names of the extended attributes, which settles them all.
func (n *nodes) ListXAttr(_ <-chan struct{}, h *fuse.InHeader, to []byte) (uint32, fuse.Status) {
	var list []byte
	if _, i, ok := n.at(h.NodeId); ok {
		for _, name := range i.Xattrs() {
			list = append(append(list, name...), 0)
		}
	}
	return reply(to, list)
}

// reply answers with bytes, or with their number if the kernel only asks for that.
func reply(to, answer []byte) (uint32, fuse.Status) {
	if len(to) > 0 && len(to) < len(answer) {
		return uint32(len(answer)), fuse.ERANGE
	}
	return uint32(max(copy(to, answer), len(answer))), fuse.OK
}
