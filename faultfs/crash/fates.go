package crash

import "github.com/lightningdb/lightning-torture/faultfs/model"

// Fates returns, by tick, what became of each operation that was pending when power was cut: "kept", "lost", "torn" if
// only parts of it were kept, or "unseen" if nothing has looked at it yet. Operations not in the map were durable.
func (im *Image) Fates() map[uint64]string {
	fates := map[uint64]string{}
	for i, p := range im.point.pending {
		now := [...]string{model.Undecided: "unseen", model.Kept: "kept", model.Lost: "lost"}[im.fates[i]]
		switch before, seen := fates[p.tick]; {
		case !seen || before == "unseen":
			fates[p.tick] = now
		case now != before && now != "unseen":
			fates[p.tick] = "torn"
		}
	}
	return fates
}

// Decided returns, by ID, the pending ops decided so far, and whether the image has them.
func (im *Image) Decided() map[uint64]bool {
	decided := map[uint64]bool{}
	for i, op := range im.point.pending {
		if im.fates[i] != model.Undecided {
			decided[uint64(op.seq)] = im.fates[i] == model.Kept
		}
	}
	return decided
}

// Lost returns the pending ops that the image is known to have lost, oldest first.
func (im *Image) Lost() []PendingOp {
	var all []PendingOp
	for i, op := range im.point.pending {
		if im.fates[i] == model.Lost {
			all = append(all, op.public())
		}
	}
	return all
}
