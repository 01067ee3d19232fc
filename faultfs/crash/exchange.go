package crash

import (
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// The rules for an exchange of two names, renameat2(2) with RENAME_EXCHANGE. It is one pending op with two edits, so in
// every image both names are there, and either both files have the old names or both have the new ones.
//
//   1. It follows earlier changes to either name, and earlier changes to names of either file (pushNames, in names.go).
//   2. If the names are in two directories, it follows what created or moved the directories above both, as a rename does
//     for its new name.
//   3. It waits for no bytes and no size, even with RenameWaitsForSize: ext4_cross_rename allocates no blocks.
//   4. In a filesystem with MetadataInOrder it has a place in the sequence, of which a power cut keeps a prefix.
//   5. A sync of either directory makes all of it durable, also with DirectoriesSyncAlone: something was moved out of both
//     directories, and such a directory is committed rather than logged. A sync of either file does so only with
//     SyncTakesNames, and then also with DirectoriesSyncAlone, because neither file was replaced (takes, in sync.go).
//   6. Under the profile late-removals it is lost unless a sync has made it durable, because it takes a name from each file.
//   7. With RenameSplits, an exchange of two files across directories is two pending ops: first the name that the call
//     gives second, then the other. A power cut between them, or a sync of only the directory of the first, leaves one
//     file with both names and the other with none. No order of the halves avoids that.

// orderExchange adds what an exchange must follow besides earlier changes to the same names: rule 2.
func (q *queue) orderExchange(p *pendingOp, op *trace.Op, d *disk.Disk) {
	p.swaps = true
	for _, dir := range q.dirsAbove(op, d) {
		p.follow(q.moved[dir])
	}
}

// pushHalves queues an exchange that is split: rule 7.
func (q *queue) pushHalves(op *trace.Op, d *disk.Disk) {
	for _, half := range [][]trace.Edit{op.Edits[1:], op.Edits[:1]} {
		p := q.nameChange(op, half, d)
		q.moves(p, op.Victim)
		q.appendNames(op, p)
	}
}
