package audit

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// copied is a copy of the store that a run has made, or may have made.
type copied struct {
	op      *history.Op
	of      *history.Op    // the operation that determines its contents: op itself, or the backup that was restored
	holds   *history.State // what it held; nil: unknown
	restore bool           // it is a backup, which has to be restored before it can be read
}

// copiesOf returns the copies that were made in a history, in order.
func copiesOf(ops []history.Op) (all []copied) {
	backups := map[string]*history.Op{}
	for i := range ops {
		op := &ops[i]
		c := copied{op: op, of: op}
		switch op.Kind {
		case history.Checkpoint:
		case history.Backup:
			backups[backupName(op.Dir, op.Backup)] = op
			if op.Outcome != history.Acked {
				continue // whether the repository lists it, and as what, is unknown
			}
			c.restore = true
		case history.Restore:
			if c.of = backups[backupName(op.Source, op.Backup)]; c.of == nil {
				continue
			}
		default:
			continue
		}
		if c.of.Outcome == history.Acked {
			c.holds = &history.State{}
			for _, r := range c.of.Reads {
				c.holds.Append(r.Key, r.Value)
			}
		}
		all = append(all, c)
	}
	return all
}

func backupName(repository string, number uint64) string {
	return fmt.Sprintf("%s %d", repository, number)
}

// near is the number of ticks after a copy for which crash points still count as during the copy.
const near = 48

// Copying reports whether a copy was being made at a tick or had just been made (now), and whether the run makes any copies
// (some).
func (a *Auditor) Copying(tick uint64) (now, some bool) {
	for i := range a.copies {
		op := a.copies[i].op
		if uint64(op.Call) > tick {
			break
		}
		some = true
		now = now || op.Return == history.Never || tick <= uint64(op.Return)+near
	}
	return now, some
}

// auditCopies opens every copy that is in an image.
func (a *Auditor) auditCopies(im *Image, disk *faultfs.FS) *checker.Violation {
	for i := range a.copies {
		c := &a.copies[i]
		if c.op.Call > im.Cut.Called {
			break
		}
		if v := a.auditCopy(im, disk, c); v != nil {
			v.Ops = []int{c.op.ID}
			return v
		}
	}
	return nil
}

func (a *Auditor) auditCopy(im *Image, disk *faultfs.FS, c *copied) *checker.Violation {
	acked := c.op.Outcome == history.Acked && c.op.Return <= im.Cut.Acked && c.holds != nil
	what, dir := fmt.Sprintf("the copy of %s #%d in %s", c.op.Kind, c.op.ID, c.op.Dir), c.op.Dir
	if c.restore {
		if !acked {
			return nil
		}
		dir = fmt.Sprintf("audit-of-%d", c.op.ID)
		if err := a.target.Administration.Restore(a.env(disk, dir), c.op.Dir, c.op.Backup); err != nil {
			return violation("backup lost", "backup %d of %s was acknowledged before the crash, but cannot be restored after it: %v",
				c.op.Backup, c.op.Dir, err)
		}
	}
	state, err := read(a.target.Administration.OpenReadOnly, a.env(disk, dir))
	switch {
	case err == nil && acked:
		if d := difference(c.holds, state); d != "" {
			return violation("copy differs", "after the crash %s no longer has the contents that it was made with: %s", what, d)
		}
	case err == nil: // it was still being made, but is there
		cut := history.Cut{Acked: c.of.Call, Called: im.Cut.Called}
		if r := a.judges.Durability(cut, state, im.Rule); r.Verdict == checker.Fail {
			return violation("copy is wrong", "after the crash %s opens although it was not finished, and its contents are wrong: %s", what, r.Violations[0].Sentence)
		}
	case acked:
		return violation("copy lost", "%s was acknowledged before the crash, but cannot be read after it: %v", what, err)
	}
	return a.lives(im, disk, dir, state, err)
}

// rottenCopies audits the copies in an image if something rotted that may be part of one: what can be read from them must be
// right.
func (a *Auditor) rottenCopies(im *Image) *checker.Violation {
	disk := im.fresh()
	for i := range a.copies {
		c := &a.copies[i]
		inside := strings.HasPrefix(im.Damaged, c.op.Dir+"/")
		if !inside || c.holds == nil || c.op.Outcome != history.Acked || c.op.Return > im.Cut.Acked {
			continue
		}
		dir := c.op.Dir
		if c.restore {
			dir = fmt.Sprintf("audit-of-%d", c.op.ID)
			verify := a.target.Administration.VerifyBackups
			if err := a.target.Administration.Restore(a.env(disk, dir), c.op.Dir, c.op.Backup); a.noticed(err) {
				if verify != nil && !a.noticed(verify(a.env(disk, dir), c.op.Dir)) {
					return violation("verify is blind", "%s; restoring backup %d returns %q, but verifying the repository finds nothing",
						im.Damage, c.op.Backup, err)
				}
				continue
			} else if err != nil {
				return violation("backup lost", "%s; restoring backup %d fails with an error that does not report the damage: %v",
					im.Damage, c.op.Backup, err)
			}
		}
		state, err := read(a.target.Administration.OpenReadOnly, a.env(disk, dir))
		switch {
		case a.noticed(err):
		case err != nil && c.holds.Len() == 0: // an empty store that is damaged may look like one that was never finished
		case err != nil:
			return violation("copy lost", "%s; reading that copy fails with an error that does not report the damage: %v", im.Damage, err)
		default:
			if d := difference(c.holds, state); d != "" {
				return violation("copy differs", "%s; this is in the copy made by %s #%d, whose contents are now wrong without any error: %s",
					im.Damage, c.op.Kind, c.op.ID, d)
			}
		}
	}
	return nil
}

// lives uses a copy as a store in its own right: it opens the copy, which must show the same, and sometimes writes to
// it.
func (a *Auditor) lives(im *Image, disk *faultfs.FS, dir string, shown *history.State, err error) *checker.Violation {
	if err != nil || shown == nil {
		return nil
	}
	store, err := a.target.OpenStore(a.env(disk, dir))
	if err != nil {
		return violation("copy does not live", "the copy in %s can be read after the crash, but not opened: %v", dir, err)
	}
	state, failed := &history.State{}, error(nil)
	if failed = workloads.ReadAll(store, state); failed == nil {
		if v, ok := workloads.Offers[workloads.Verifier](store); ok {
			failed = v.Verify()
		}
	}
	if err := store.Close(); failed == nil {
		failed = err
	}
	if failed != nil {
		return violation("copy does not live", "the copy in %s can be read after the crash, but using it as a store fails: %v", dir, failed)
	}
	if d := difference(shown, state); d != "" {
		return violation("copy does not live", "the copy in %s shows other contents when it is opened for writing: %s", dir, d)
	}
	if !im.due(partGoesOn) {
		return nil
	}
	if err := a.goesOn(a.env(disk, dir), shown); err != nil {
		return violation("copy does not live", "the copy in %s can be read after the crash, but writing to it fails: %v", dir, err)
	}
	return nil
}
