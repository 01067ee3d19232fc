package model

// Rules are what a filesystem promises beyond PosixMin, one bit each. Most add an edge to the graph of the pending ops,
// which says what must have reached the disk along with an op; two extend what a sync makes durable; one adds an
// outcome.
//
// Where a kernel may write something early on its own (ext4 commits every 5 seconds, write-back starts after 30), a
// rule promises only what holds in either case.
type Rules uint16

// The rules.
const (
	// MetadataInOrder: changes to names and truncations form one sequence, of which a power cut leaves a prefix. A size
	// increased by a write is delayed: it follows everything already in the sequence, and later changes do not follow
	// it. (jbd2 commits handles in order, and ext4 sets i_disksize when it allocates. The log of XFS is ordered by LSN,
	// and xfs_setfilesize runs when the write is done. A btrfs transaction contains everything that came before it.)
	MetadataInOrder Rules = 1 << iota

	// SyncTakesNames: a sync of a file or directory also makes the changes to its own names durable. (ext4_sync_file
	// and xfs_file_fsync flush the journal up to the inode's last change; btrfs_sync_file logs the names of the inode.
	// fstests generic/321, 335, 376 and 764 check this.)
	SyncTakesNames

	// SyncTakesOrder: a sync also makes durable everything that precedes what it takes in the sequence of
	// MetadataInOrder. Later changes are not promised, because a timer may have committed the earlier part. (jbd2 waits
	// for the transaction of the inode's i_sync_tid; XFS forces the log up to the inode's last LSN. The log tree of
	// btrfs holds single inodes, so it lacks this rule.)
	SyncTakesOrder

	// DataBeforeSize: a size follows the bytes of its page and, as far as sizes keep their order, all bytes that it
	// exposes. (XFS and btrfs set the size when the write is done.)
	DataBeforeSize

	// SizesOvertake: a size follows earlier sizes only within its page and across truncations. It can reach the disk
	// before the sizes of earlier pages, whose bytes are then missing. (XFS sets a size when one piece of a write-back
	// is done, in the order in which the disk completes them; xfs_setfilesize.)
	SizesOvertake

	// AnyBytesBringSize: writing any page of the file also writes the size that memory has at that time. So once a size
	// has been in memory while a page other than its own was dirty, it follows neither bytes nor earlier sizes, only
	// truncations. In truth it follows whichever of several pages is written first, but no edge can express that. (With
	// no-holes, the default of btrfs-progs since 5.15, a finished ordered extent sets the size to i_size:
	// btrfs_inode_safe_disk_i_size_write. Without it no page below the size is missing, which is one of the outcomes
	// anyway. A page is not written to while its extent is under way, so each of two sizes in one page comes with its own
	// bytes.)
	AnyBytesBringSize

	// TruncateWaitsForData: a truncation follows the delayed sizes before it and their bytes. Without this rule it sets
	// the size at once, and bytes below it that were never synced may read as zeros. (xfs_setattr_size writes them
	// first; ext4_setattr only sets i_disksize.)
	TruncateWaitsForData

	// RenameWaitsForSize: a rename over a file follows the size of the renamed file. (auto_da_alloc of ext4 allocates
	// its blocks first. With dioread_nolock, the default since Linux 5.6, they are allocated unwritten, and nothing
	// waits for their bytes.)
	RenameWaitsForSize

	// StaleBlocks: a new block may show what was in its place before, even where no call has written. (data=writeback.)
	StaleBlocks

	// FreedBlocksReused: a write does not follow the truncation that freed its place. The new block may be the one that
	// was freed, and then the old file shows the new bytes, or stale ones. (data=writeback hands out blocks before the
	// transaction that frees them commits.)
	FreedBlocksReused

	// DataInOrder: the bytes that a write stores in a page and their size are one op, with a place in the sequence.
	// (data=journal, one handle per page.)
	DataInOrder

	// DirectoriesSyncAlone: a sync of a directory covers its entries, but not other names of the files that they refer
	// to. A file that was moved into it may still have its old name as well; one that was removed from it may have lost
	// a link made elsewhere before. A sync of a file that was replaced by a rename does not take the rename.
	// (btrfs_log_inode of a directory logs its entries; replay_one_buffer adds them and removes those that are gone,
	// regardless of other directories. A directory that something was moved out of is not logged but committed, and so
	// is one that was moved itself: btrfs_record_unlink_dir.)
	DirectoriesSyncAlone

	// RenameSplits: moving a file to another directory is two steps, the new name first, and power can be cut between
	// them; so is exchanging two files across directories. It comes with the device option rename-split and with
	// DirectoriesSyncAlone. (Pillai et al., OSDI 2014.)
	RenameSplits

	// DataFollowsMetadata: bytes follow everything already in the sequence, and a page is written atomically. (btrfs
	// does not write in place: new bytes are a new extent, which the transaction makes part of the file.)
	DataFollowsMetadata
)

// Has reports whether any of the given rules is one of r.
func (r Rules) Has(any Rules) bool { return r&any != 0 }
