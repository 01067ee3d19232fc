package audit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// A chore is a task of an administrator. A call of the disk fails while it is done.
type chore struct {
	id      string               // identifies it in findings, whatever its name
	name    string               // for a sentence
	prepare func(*choring) error // makes what the chore needs, without a failing call; may be nil
	do      func(*choring) error
	// after judges the outcome when the disk is healthy again. done is the error that do returned.
	after func(c *choring, done error) error
	reads bool // the chore only reads, so if one of its reads fails, it must return an error
}

// violation returns a violation whose identity includes the chore.
func (ch *chore) violation(class, format string, args ...any) *checker.Violation {
	v := violation(class, format, args...)
	v.Check = ch.id
	return v
}

// choring is a chore being done, on a disk of its own.
type choring struct {
	a     *Auditor
	disk  *faultfs.FS
	state *history.State // what the store must show
}

// The names of what chores make.
const (
	choreCopy       = "audit-chore-copy"
	choreBackups    = "audit-chore-backups"
	choreRestored   = "audit-chore-restored"
	choreRestoredIn = "audit-chore-restored-again"
)

func (c *choring) env(dir string) contract.Env { return c.a.env(c.disk, dir) }

// with opens the store, calls do with it, and closes it.
func (c *choring) with(do func(workloads.Store) error) error {
	store, err := c.a.target.OpenStore(c.env(record.StoreDir))
	if err != nil {
		return err
	}
	return errors.Join(do(store), store.Close())
}

// holds returns an error unless the store in a directory shows what it should.
func (c *choring) holds(dir string) error {
	state, err := read(c.a.target.Administration.OpenReadOnly, c.env(dir))
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", dir, err)
	}
	if d := difference(c.state, state); d != "" {
		return fmt.Errorf("%w: %s: %s", errShows, dir, d)
	}
	return nil
}

// settle makes a commit. By then the store has moved what its recovery found into files of this session.
func (c *choring) settle() error {
	if c.a.target.IsLog() {
		return errors.ErrUnsupported // what may be written to a log depends on where it ends
	}
	pairs := map[string][]byte{"audit-chore": []byte("done")}
	for k, v := range c.state.All() {
		pairs[string(k)] = v
	}
	c.state = stateOf(pairs)
	return c.with(func(s workloads.Store) error {
		return s.Apply([]history.Write{{Key: []byte("audit-chore"), Value: pairs["audit-chore"]}}, history.Sync)
	})
}

// backUp adds a backup.
func (c *choring) backUp() error {
	return c.with(func(s workloads.Store) error {
		b, ok := workloads.Offers[workloads.Backuper](s)
		if !ok {
			return errors.ErrUnsupported
		}
		_, err := b.Backup(choreBackups)
		return err
	})
}

// backups checks the repository: it has between least and most backups, all of them verify, and the newest can be restored.
func (c *choring) backups(least, most int) error {
	b := &c.a.target.Administration
	listed, err := b.ListBackups(c.env(record.StoreDir), choreBackups)
	if err == nil && (len(listed) < least || len(listed) > most || !slices.IsSorted(listed)) {
		err = fmt.Errorf("%w: backups %v are listed, want %d to %d of them", errShows, listed, least, most)
	}
	if err == nil {
		err = b.VerifyBackups(c.env(record.StoreDir), choreBackups)
	}
	if err == nil {
		err = b.Restore(c.env(choreRestoredIn), choreBackups, listed[len(listed)-1])
	}
	if err == nil {
		err = c.holds(choreRestoredIn)
	}
	return err
}

// chores are all chores. A store offers some of them; see Auditor.choresOf.
var chores = []chore{
	{
		id: "checkpoint", name: "making a checkpoint",
		do: func(c *choring) error {
			return c.with(func(s workloads.Store) error {
				k, ok := workloads.Offers[workloads.Checkpointer](s)
				if !ok {
					return errors.ErrUnsupported
				}
				return k.Checkpoint(choreCopy)
			})
		},
		after: func(c *choring, done error) error {
			if done != nil {
				return nil
			}
			return c.holds(choreCopy)
		},
	},
	{
		id: "backup", name: "adding a backup", prepare: (*choring).backUp, do: (*choring).backUp,
		after: func(c *choring, done error) error {
			if done != nil {
				return c.backups(1, 2)
			}
			return c.backups(2, 2)
		},
	},
	{
		id: "delete", name: "deleting a backup", prepare: func(c *choring) error { return errors.Join(c.backUp(), c.backUp()) },
		do: func(c *choring) error {
			return c.a.target.Administration.DeleteBackup(c.env(record.StoreDir), choreBackups, 1)
		},
		after: func(c *choring, done error) error {
			if done != nil {
				return c.backups(1, 2)
			}
			return c.backups(1, 1)
		},
	},
	{
		id: "restore", name: "restoring a backup", prepare: (*choring).backUp,
		do: func(c *choring) error {
			return c.a.target.Administration.Restore(c.env(choreRestored), choreBackups, 1)
		},
		after: func(c *choring, done error) error {
			if done == nil {
				return errors.Join(c.holds(choreRestored), c.backups(1, 1))
			}
			return c.backups(1, 1)
		},
	},
	{
		id: "verify", name: "verifying backups", prepare: (*choring).backUp, reads: true,
		do: func(c *choring) error {
			return c.a.target.Administration.VerifyBackups(c.env(record.StoreDir), choreBackups)
		},
	},
	{
		id: "list", name: "listing backups", prepare: (*choring).backUp, reads: true,
		do: func(c *choring) error {
			_, err := c.a.target.Administration.ListBackups(c.env(record.StoreDir), choreBackups)
			return err
		},
	},
	{
		id: "files", name: "looking into the files of the store", prepare: (*choring).settle, reads: true,
		do: func(c *choring) error {
			if look := c.a.target.Administration.AccountFiles; look != nil {
				return look(c.env(record.StoreDir), c.state)
			}
			return errors.ErrUnsupported
		},
	},
}

// chore does a random chore while a call fails, on a disk on which the store was recovered, verified and closed, and shows
// state. The chore must either succeed and be done, or return an error and do no harm.
func (a *Auditor) chore(im *Image, recovered *faultfs.FS, state *history.State) *checker.Violation {
	b := &a.target.Administration
	if b.Restore == nil || b.ListBackups == nil || !a.fails(im, failsChore) || state.Len() == 0 {
		return nil
	}
	ch := &chores[plan.Mix(im.Seed, uint64(len(chores)))%uint64(len(chores))]
	prepared := (&choring{a: a, disk: recovered, state: state}).again()
	if ch.prepare != nil {
		if err := ch.prepare(prepared); errors.Is(err, errors.ErrUnsupported) {
			return nil
		} else if err != nil {
			return ch.violation("chore fails", "after the crash, what is needed for %s cannot be made: %v", ch.name, err)
		}
	}
	healthy := prepared.again()
	if err := ch.do(healthy); errors.Is(err, errors.ErrUnsupported) {
		return nil
	} else if err != nil {
		return ch.violation("chore fails", "after the crash %s fails: %v", ch.name, err)
	}
	faults := plan.NewRecoveryFaults(healthy.disk)
	if faults.Count() == 0 {
		return nil
	}
	rules := []*faultfs.Rule{faults.Rule(faults.Draw(im.Seed))}
	if ch.after != nil && im.due(partEverySync) {
		rules = append(rules, faults.EverySync()...)
	}
	for _, rule := range rules {
		im.renew()
		if wrong := ch.fails(prepared, rule); wrong != nil {
			return wrong
		}
	}
	return nil
}

// fails does the chore while the call that rule hits fails.
func (ch *chore) fails(prepared *choring, rule *faultfs.Rule) *checker.Violation {
	failing := prepared.again()
	failing.disk.SetRules(rule)
	done := ch.do(failing)
	met := len(failing.disk.Injected()) > 0
	failing.disk.SetRules()
	cut := failing.lasting(faultfs.LoseAll())
	unread := rule.Effect == faultfs.EIO && (rule.Op == faultfs.OpRead || rule.Op == faultfs.OpOpen || rule.Op == faultfs.OpList)
	if done == nil && met && ch.reads && unread {
		return ch.violation("chore ignores errors", "after the crash %s succeeds, although not all of it could be read (%s)", ch.name, rule)
	}
	err := failing.whole()
	if err == nil && ch.after != nil {
		err = ch.after(failing, done)
	}
	if err != nil {
		return ch.violation("chore does harm", "after the crash a call fails during %s (%s), which returns %q; afterwards %v", ch.name, rule, errorText(done), err)
	}
	if done == nil && ch.after != nil {
		if err := ch.after(cut, nil); err != nil {
			return ch.violation("chore does not last", "after the crash %s succeeds although a call fails (%s), but a power cut then undoes it: %v", ch.name, rule, err)
		}
	}
	return nil
}

// again returns a copy with a disk of its own, on which nothing is lost.
func (c *choring) again() *choring { return c.lasting(faultfs.LoseNone()) }

// lasting returns a copy with a disk of its own, after a power cut under a profile.
func (c *choring) lasting(profile faultfs.Profile) *choring {
	disk, err := c.disk.Crash(c.disk.Now(), faultfs.Model{Profile: profile}, faultfs.ImageOptions{})
	if err != nil {
		panic(err) // any disk can be crashed under this model
	}
	return &choring{a: c.a, disk: disk, state: c.state}
}

// whole returns an error unless the store opens as usual and shows what it should.
func (c *choring) whole() error {
	return c.with(func(s workloads.Store) error {
		state := &history.State{}
		if err := workloads.ReadAll(s, state); err != nil {
			return err
		}
		if d := difference(c.state, state); d != "" {
			return fmt.Errorf("%w: %s", errShows, d)
		}
		return nil
	})
}

func errorText(err error) string {
	if err == nil {
		return "nothing"
	}
	return err.Error()
}
