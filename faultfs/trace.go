package faultfs

import "github.com/lightningdb/lightning-torture/faultfs/trace"

// The vocabulary of recorded runs. The fields and methods are documented in package trace.
type (
	// Ino identifies a file or directory, whatever its names. The root directory is 1; 0 means no file.
	Ino = trace.Ino
	// Op is one entry of a trace: a filesystem call, a delay injected into one, or something that the system does on
	// its own.
	Op = trace.Op
	// Edit is one change to one directory.
	Edit = trace.Edit
	// OpKind is the kind of a filesystem call.
	OpKind = trace.OpKind
	// Effect is what an injected fault does to an operation.
	Effect = trace.Effect
	// Attr is a change to an extended attribute.
	Attr = trace.Attr
	// Failure says what a failed write-back leaves on the disk.
	Failure = trace.Failure
)

// The operation kinds. Those up to OpSync, OpExchange and OpSetxattr change what may survive a crash and are always recorded;
// the others are recorded only if a fault hit them.
const (
	OpCreate    = trace.OpCreate    // a new file, directory or symbolic link under a new name
	OpLink      = trace.OpLink      // an additional name for a file
	OpRemove    = trace.OpRemove    // a name removed
	OpRename    = trace.OpRename    // a name moved, atomically, perhaps over another
	OpTruncate  = trace.OpTruncate  // a size set
	OpWrite     = trace.OpWrite     // bytes written
	OpSync      = trace.OpSync      // fsync or fdatasync of a file, or fsync of a directory
	OpOpen      = trace.OpOpen      // a file or directory opened
	OpRead      = trace.OpRead      // bytes read
	OpClose     = trace.OpClose     // a handle closed
	OpStat      = trace.OpStat      // a file or directory described
	OpList      = trace.OpList      // a directory listed
	OpRest      = trace.OpRest      // not a call: bytes rot while no one reads them
	OpAny       = trace.OpAny       // in a rule: every call that its effect can happen to
	OpWriteback = trace.OpWriteback // not a call: the system writes the dirty pages of a file on its own
	OpExchange  = trace.OpExchange  // two names exchanged, atomically
	OpSetxattr  = trace.OpSetxattr  // an extended attribute set or removed
)

// The effects.
const (
	NoEffect   = trace.NoEffect
	EIO        = trace.EIO        // the call fails with EIO and changes nothing
	ENOSPC     = trace.ENOSPC     // the call fails with ENOSPC; with Rule.Bytes a write stores what fits
	Short      = trace.Short      // half of the bytes are written or read
	LostSync   = trace.LostSync   // the sync returns success and does nothing
	FailedSync = trace.FailedSync // the sync or write-back fails; Rule.As says what becomes of the pages
	BitFlip    = trace.BitFlip    // one bit is inverted: on the disk, in a write, or in what a read returns
	EINTR      = trace.EINTR      // the call fails with EINTR and changes nothing
	EROFS      = trace.EROFS      // the filesystem is mounted read-only: calls that would change it fail
	EMFILE     = trace.EMFILE     // the process has too many open files
	Stale      = trace.Stale      // a block has its earlier content; for a write: nothing is stored
	Misplaced  = trace.Misplaced  // a block's bytes are stored in the place of another block
	Truncated  = trace.Truncated  // the end of a file is missing
	Slow       = trace.Slow       // the call returns late
	Stall      = trace.Stall      // the call returns late, and all others wait for it
	Evict      = trace.Evict      // the clean pages of a file are dropped from memory
)

// The failures, described in FAULTS.md.
const (
	AnyFailure  = trace.AnyFailure  // the disk may or may not have each of the new bytes, and the size
	Ext4Ordered = trace.Ext4Ordered // the disk has the size and none of the new bytes
	Ext4Journal = trace.Ext4Journal // the bytes are in the journal but not in place
	XFS         = trace.XFS         // like Ext4Ordered
	Btrfs       = trace.Btrfs       // like Ext4Ordered
)
