package model

// Rules are what a filesystem promises beyond PosixMin, one bit each. Most add an edge to the graph of the pending ops,
// which says what must have reached the disk with an op; two add to what a sync makes durable; one adds an outcome.
//
// Where a kernel may write something earlier by itself (the commit of ext4 every 5 seconds, write-back after 30), a
// rule promises only what holds whether it did or not.
type Rules uint16

// The rules.
const (
	// MetadataInOrder: changes of names and truncations form one sequence, of which a power cut leaves a prefix. A size
	// that grows by a write is delayed: it follows what is in the sequence by then, and what comes later does not follow
	// it. (jbd2 commits handles in order, ext4 sets i_disksize when it allocates; the log of XFS is ordered by LSN and
	// xfs_setfilesize runs when the write is done; a btrfs transaction holds all that came before it.)
	MetadataInOrder Rules = 1 << iota

	// SyncTakesNames: a sync of a file or directory makes the changes of its own names durable, too. (ext4_sync_file and
	// xfs_file_fsync flush the journal up to the inode's last change, btrfs_sync_file logs the names of the inode;
	// fstests generic/321, 335, 376 and 764 hold them to it.)
	SyncTakesNames

	// SyncTakesOrder: what a sync makes durable takes along what lies before it in the sequence of MetadataInOrder.
	// What was begun later is not promised, because the earlier part may have been committed by a timer. (jbd2 waits for
	// the transaction of the inode's i_sync_tid, XFS forces the log up to the inode's last LSN. The log tree of btrfs
	// holds single inodes.)
	SyncTakesOrder

	// DataBeforeSize: a size follows the bytes of its page and, as far as sizes keep their order, all that it shows. (XFS
	// and btrfs set the size when the write is done.)
	DataBeforeSize

	// SizesOvertake: a size follows the sizes before it only within its page, and over truncations: it can be there before
	// those of earlier pages, of which the bytes are missing. (XFS sets a size when one piece of a write-back is done, in
	// the order in which the disk finishes them; xfs_setfilesize.)
	SizesOvertake

	// AnyBytesBringSize: the size that memory has is there with any page of the file that is written. So once it has been
	// in memory while another page than its own was dirty, it follows neither bytes nor earlier sizes, only truncations;
	// that it follows one of several pages, whichever, is more than an edge can say. (With no-holes, the default of
	// btrfs-progs since 5.15, an ordered extent that is done sets the size to i_size: btrfs_inode_safe_disk_i_size_write.
	// Without, no page below the size is missing, which is one of the outcomes. A page whose extent is under way is not
	// written to before that is done, so two sizes in one page bring each their bytes.)
	AnyBytesBringSize

	// TruncateWaitsForData: a truncation follows the delayed sizes before it with their bytes. Without this rule it
	// sets the size at once, and bytes below it that were never synced may read as zeros. (xfs_setattr_size writes them
	// first; ext4_setattr sets i_disksize.)
	TruncateWaitsForData

	// RenameWaitsForSize: a rename over a file follows the size of the file that is renamed. (auto_da_alloc of ext4
	// allocates its blocks first. With dioread_nolock, the default since Linux 5.6, they are allocated unwritten, and
	// nobody waits for their bytes.)
	RenameWaitsForSize

	// StaleBlocks: a new block may show what lay in its place before, also where no call has written. (data=writeback.)
	StaleBlocks

	// FreedBlocksReused: a write does not follow the truncation that freed its place: the new block may be the one that
	// was freed, and the old file shows the new bytes, or stale ones. (data=writeback hands out blocks before the transaction that frees
	// them commits.)
	FreedBlocksReused

	// DataInOrder: the bytes that a write puts into a page are one with their size and take their place in the sequence.
	// (data=journal, one handle a page.)
	DataInOrder

	// DataFollowsMetadata: bytes follow what is in the sequence by then, and a page is written as a whole. (btrfs does not
	// write in place: new bytes are a new extent, which the transaction makes part of the file.)
	DataFollowsMetadata
)

// Has reports whether any of the given rules is one of r.
func (r Rules) Has(any Rules) bool { return r&any != 0 }
