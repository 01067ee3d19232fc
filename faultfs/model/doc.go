// Package model names the rules by which a power cut leaves a disk. A Model is a Profile, which says what the
// filesystem promises, and a Device, which says how the disk below it behaves.
//
// A profile is posix-min, which is what fsync(2) promises and no more, plus a set of Rules. Each rule is documented
// with the kernel source from which it was derived. Most of them remove images: they say what must have reached the
// disk together with an op. A profile never says that something is already on the disk, or how likely that is, because
// kernels also write early, by timers.
//
//	posix-min      none
//	ext4-ordered   MetadataInOrder, SyncTakesNames, SyncTakesOrder, RenameWaitsForSize
//	ext4-writeback the same, StaleBlocks, FreedBlocksReused
//	ext4-journal   MetadataInOrder, SyncTakesNames, SyncTakesOrder, DataInOrder
//	xfs            MetadataInOrder, SyncTakesNames, SyncTakesOrder, DataBeforeSize, SizesOvertake, TruncateWaitsForData
//	btrfs          MetadataInOrder, SyncTakesNames, DirectoriesSyncAlone, DataBeforeSize, SizesOvertake,
//	               AnyBytesBringSize, DataFollowsMetadata
//
// Three more profiles are not filesystems but yardsticks: late-removals, lose-all and lose-none. The names, and the
// text form of a Device, appear in command lines, tokens and saved evidence, and never change.
//
// The package only names the rules. Package crash applies them, and ../GUARANTEES.md explains them to users. All values
// are immutable and may be shared.
package model
