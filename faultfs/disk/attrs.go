package disk

import (
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// The extended attributes of a file or directory are the names in a directory of their own, which has no name itself. Each
// attribute is a symbolic link to its value. So they are changed, decided and shared like any other names.

// attrsBit distinguishes the number of such a directory from that of the file or directory that it belongs to.
const attrsBit trace.Ino = 1 << 62

// Attrs returns the number of the directory with the extended attributes of an inode.
func Attrs(ino trace.Ino) trace.Ino { return ino | attrsBit }

// Owner returns the inode to which a directory of extended attributes belongs. For all others it returns the number itself.
func Owner(ino trace.Ino) trace.Ino { return ino &^ attrsBit }

// attrMark precedes each value, because a link to the empty path is none.
const attrMark = "="

// AttrEdit returns a change to an extended attribute as a change to the directory of the attributes.
func AttrEdit(ino trace.Ino, a *trace.Attr) trace.Edit {
	e := trace.Edit{Parent: Attrs(ino), Name: a.Name}
	if !a.Removed {
		e.Ino, e.Target = e.Parent, attrMark+string(a.Value)
	}
	return e
}

// Value returns the value of an extended attribute, given its entry. In a forged trace, the entry may be that of anything else.
func (e Entry) Value() []byte { return []byte(strings.TrimPrefix(e.Target, attrMark)) }
