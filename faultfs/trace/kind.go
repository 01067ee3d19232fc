package trace

import (
	"fmt"
	"slices"
)

// OpKind is the kind of a filesystem call, as far as faults and traces distinguish them.
type OpKind uint8

// The operation kinds. Those up to OpSync, OpExchange and OpSetxattr change what may survive a crash and are always recorded; the others are
// recorded only if a fault hit them. Saved traces contain their numbers, so new ones go at the end.
const (
	OpCreate    OpKind = iota // a new file, directory or symbolic link under a new name
	OpLink                    // an additional name for a file
	OpRemove                  // a name removed
	OpRename                  // a name moved, atomically, perhaps over another
	OpTruncate                // a size set
	OpWrite                   // bytes written
	OpSync                    // fsync or fdatasync of a file, or fsync of a directory
	OpOpen                    // a file or directory opened
	OpRead                    // bytes read
	OpClose                   // a handle closed
	OpStat                    // a file or directory described
	OpList                    // a directory listed
	OpRest                    // not a call: bytes rot while no one reads them
	OpAny                     // in a rule: every call that its effect can happen to
	OpWriteback               // not a call: the system writes the dirty pages of a file on its own
	OpExchange                // two names exchanged, atomically
	OpSetxattr                // an extended attribute set or removed
	opKinds
)

var opNames = [opKinds]string{
	"create", "link", "remove", "rename", "truncate", "write", "sync", "open", "read", "close", "stat", "list", "rest",
	"any", "writeback", "exchange", "setxattr",
}

// OpKindNames returns the names of all kinds, in the order of their numbers.
func OpKindNames() []string { return slices.Clone(opNames[:]) }

// OpKindNamed returns the kind whose String is name. ok is false if there is none.
func OpKindNamed(name string) (k OpKind, ok bool) {
	i := slices.Index(opNames[:], name)
	return OpKind(max(0, i)), i >= 0
}

// String returns the name of the kind, which is also its name in the text of a fault rule.
func (k OpKind) String() string {
	if k < opKinds {
		return opNames[k]
	}
	return fmt.Sprintf("op(%d)", uint8(k))
}
