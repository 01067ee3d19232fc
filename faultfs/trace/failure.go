package trace

import (
	"fmt"
	"slices"
)

// Failure says what a failed write-back leaves on the disk, as Linux 6.18 does; FAULTS.md says where the kernels of "Can
// Applications Recover from fsync Failures?" (USENIX ATC 2020) differed. In every case the error is reported once, the
// memory keeps the new bytes, and the pages are clean: no retry writes them again.
type Failure uint8

// The failures. A failed sync of a directory is always AnyFailure: a journal that cannot be written is another fault,
// readonly. Saved traces hold the numbers, so new ones go to the end.
const (
	// AnyFailure: the disk has each of the new bytes, and the size, or not.
	AnyFailure Failure = iota
	// Ext4Ordered: the disk has none of the new bytes. The size is committed all the same, so what was appended reads as
	// zeros after a crash.
	Ext4Ordered
	// Ext4Journal (data=journal): the bytes are in the journal and not in their place. Whether the disk has them after a
	// crash depends on whether the journal is replayed, whatever was read meanwhile.
	Ext4Journal
	// XFS is like Ext4Ordered.
	XFS
	// Btrfs is like Ext4Ordered.
	Btrfs
	failures
)

var failureNames = [failures]string{"any", "ext4-ordered", "ext4-journal", "xfs", "btrfs"}

// FailureNames returns the names of all failures but AnyFailure, which a rule does not name.
func FailureNames() []string { return slices.Clone(failureNames[Ext4Ordered:]) }

// FailureNamed returns the failure whose String is name, or AnyFailure if no failure other than that has the name.
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
