// Package model names the rules by which a power cut leaves a disk: a Model is a Profile, which says what the
// filesystem promises, and a Device, which says what the disk below it does.
//
// A profile is posix-min, which is what fsync(2) promises and no more, plus a set of Rules. Each rule is documented with
// the kernel source that it was read from, and most of them remove images: they say what must have reached the disk
// together with an op. Profiles never say what happens first or how likely it is, because kernels also write early, by
// timers.
//
//	posix-min      none
//	ext4-ordered   MetadataInOrder, SyncTakesNames, SyncTakesOrder, RenameWaitsForSize
//	ext4-writeback the same, StaleBlocks, FreedBlocksReused
//	ext4-journal   MetadataInOrder, SyncTakesNames, SyncTakesOrder, DataInOrder
//	xfs            MetadataInOrder, SyncTakesNames, SyncTakesOrder, DataBeforeSize, SizesOvertake, TruncateWaitsForData
//	btrfs          MetadataInOrder, SyncTakesNames, DirectoriesSyncAlone, DataBeforeSize, SizesOvertake,
//	               AnyBytesBringSize, DataFollowsMetadata
//
// Three more are not filesystems but yardsticks: late-removals, lose-all and lose-none. Names, and the texts of a Device,
// appear in command lines, tokens and saved evidence, and never change.
//
// The package only names the rules; package crash applies them, and ../GUARANTEES.md explains them to users. All
// values are immutable and may be shared.
package model
