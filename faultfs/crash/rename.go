package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// The rules for a rename. It is one pending op with two edits, so every image has either the old name or the new one,
// never both or neither, and a file that it overwrites loses its name exactly if the rename is kept.
//
//   1. It follows earlier changes to either name, and earlier changes to names of the moved and of the overwritten file
//     (pushNames, in names.go).
//   2. If it moves the file to another directory, it follows what created or moved the directories above the new name.
//     Otherwise a durable file could move into a directory that does not survive, or two directories into each other.
//     (A link follows only what created them.)
//   3. It does not wait for the bytes or the size of the file, so without a sync of the file the new name may show an
//     empty or partial file. Only with RenameWaitsForSize, and only if it overwrites a file, does it follow the size.
//   4. In a filesystem with MetadataInOrder it has a place in the sequence, of which a power cut keeps a prefix.
//   5. A sync of either directory makes the whole rename durable. A sync of the file does so only with SyncTakesNames
//     (covers and takes, in sync.go).
//   6. Under the profile late-removals it is lost unless a sync has made it durable (Point.Image, in point.go).
//   7. With SyncTakesNames it also follows what created the directory of the new name, even within one directory
//     (nameChange).
//   8. With DirectoriesSyncAlone, moving a file to another directory is two pending ops, one for each directory. A
//     power cut keeps both or neither, but a sync of the new directory makes the new name durable and leaves the
//     removal of the old one pending. With RenameSplits a power cut may keep the new name alone.

// splits reports whether a rename or an exchange is queued as two ops, one for each of two directories.
func (q *queue) splits(op *trace.Op) bool {
	switch op.Kind {
	case trace.OpRename:
		return !op.Dir && acrossDirs(op) && q.rules.Has(model.DirectoriesSyncAlone|model.RenameSplits)
	case trace.OpExchange:
		return !op.Edits[0].Dir && !op.Edits[1].Dir && acrossDirs(op) && q.rules.Has(model.RenameSplits)
	default:
		return false
	}
}

// acrossDirs reports whether a rename or an exchange is about names in two directories.
func acrossDirs(op *trace.Op) bool { return op.Edits[0].Parent != op.Edits[1].Parent }

// pushMove queues a rename that is split: rule 8.
func (q *queue) pushMove(op *trace.Op, d *disk.Disk) {
	added, gone := q.nameChange(op, op.Edits[1:], d), &pendingOp{kind: pendingNames, edits: op.Edits[:1], place: inOrder}
	if op.Victim != 0 {
		q.moves(added, op.Victim)
	}
	added.follow(q.names[nameKey{op.Edits[0].Parent, op.Edits[0].Name}])
	if !q.rules.Has(model.RenameSplits) {
		added.together = appendOp(added.together, gone)
	}
	q.appendNames(op, added)
	q.moves(gone, op.Ino)
	q.appendNames(op, gone)
}

// orderRename adds what a rename must follow besides earlier changes to the same names: rules 2 and 3.
func (q *queue) orderRename(p *pendingOp, op *trace.Op, d *disk.Disk) {
	for _, dir := range q.dirsAbove(op, d) {
		p.follow(q.moved[dir])
	}
	if op.Victim != 0 && q.rules.Has(model.RenameWaitsForSize) {
		p.follow(q.sizes[op.Ino])
	}
}

// dirsAbove returns the directories from those in which a call puts a name up to, but excluding, the root. For a rename
// or an exchange within one directory it returns none.
func (q *queue) dirsAbove(op *trace.Op, d *disk.Disk) []trace.Ino {
	if op.Kind != trace.OpLink && !acrossDirs(op) {
		return nil
	}
	parents := d.Parents()
	for _, p := range q.ops {
		for _, e := range p.edits {
			if e.Dir && e.Ino != 0 && !p.inherited {
				parents[e.Ino] = e.Parent
			}
		}
	}
	var all []trace.Ino
	for _, e := range op.Edits {
		if e.Ino == 0 {
			continue
		}
		for dir := e.Parent; dir != trace.Root && dir != 0 && !slices.Contains(all, dir); dir = parents[dir] {
			all = append(all, dir)
		}
	}
	return all
}
