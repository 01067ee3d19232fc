package trace

import (
	"fmt"
	"slices"
)

// Failure says what a failed write-back leaves on the disk, as on Linux 6.18; FAULTS.md says where the kernels of "Can
// Applications Recover from fsync Failures?" (USENIX ATC 2020) differed. In every case the error is reported once,
// memory keeps the new bytes, and the pages become clean: no retry writes them again.
type Failure uint8

// The failures. A failed sync of a directory is always AnyFailure; a journal that cannot be written is a different
// fault, readonly. Saved traces contain the numbers, so new ones go at the end.
const (
	// AnyFailure: the disk may or may not have each of the new bytes, and the size.
	AnyFailure Failure = iota
	// Ext4Ordered: the disk has none of the new bytes. The size is committed all the same, so appended data reads as
	// zeros after a crash.
	Ext4Ordered
	// Ext4Journal (data=journal): the bytes are in the journal but not in place. Whether the disk has them after a
	// crash depends on whether the journal is replayed, whatever was read in the meantime.
	Ext4Journal
	// XFS is like Ext4Ordered.
	XFS
	// Btrfs is like Ext4Ordered.
	Btrfs
	failures
)

var failureNames = [failures]string{"any", "ext4-ordered", "ext4-journal", "xfs", "btrfs"}

// FailureNames returns the names of all failures except AnyFailure, which a rule does not name.
func FailureNames() []string { return slices.Clone(failureNames[Ext4Ordered:]) }

// FailureNamed returns the failure whose String is name, or AnyFailure if no failure has that name.
func FailureNamed(name string) Failure {
	return Failure(max(0, slices.Index(failureNames[:], name)))
}

// String returns the name of the failure, which is also its name in the text of a fault rule.
func (f Failure) String() string {
	if f < failures {
		return failureNames[f]
	}
	return fmt.Sprintf("failure(%d)", uint8(f))
}
