package torture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// An engine that opens its files with package os, or keeps all in memory, leaves nothing on the lab's disk that a crash could
// harm. A run shows that, and the user is told at once.

// storeDirExists reports whether there is something in the working directory that has the name of the store's directory.
func storeDirExists() bool {
	_, err := os.Lstat(record.StoreDir)
	return !errors.Is(err, fs.ErrNotExist)
}

// checkBypass returns an ErrConfig if commits of a run were acknowledged although the engine has never changed anything on Env.FS,
// in this run or another, and notes a run in which less was written there than it should be. If the engine promises that synced commits survive and has
// acknowledged some, it is a finding instead, which a judge makes: it may be the engine that is wrong.
func (c *campaign) checkBypass(r *record.Recording) error {
	synced, acked := syncedBytes(r.History)
	promised := synced > 0 && c.target.Promises.SyncSurvivesPowerCut
	if promised && len(r.CrashTicks()) == 0 {
		c.hopeless = "the store changes nothing on Env.FS" + c.madeStoreDir()
	}
	commits := stored(r.History)
	c.touched = c.touched || !r.Untouched()
	if promised || c.touched || commits == 0 {
		c.noteThin(r, acked)
		return nil
	}
	return fmt.Errorf("%w: target %q acknowledged %d commits and changed nothing on Env.FS: it must keep its files there, in Env.Dir, "+
		"and not open them with package os%s", ErrConfig, c.target.Name, commits, c.madeStoreDir())
}

// madeStoreDir says that the engine has made its directory elsewhere, if it has.
func (c *campaign) madeStoreDir() string {
	if c.hadStoreDir || !storeDirExists() {
		return ""
	}
	return "; it has made " + record.StoreDir + " in the working directory"
}

// thinShare says that a store which writes less than one of so many bytes that it acknowledges as synced must write them
// elsewhere: values do not compress that well.
const (
	thinShare = 16
	thinBytes = 4096 // with less, nothing is said
)

// noteThin notes a run in which far less was written to Env.FS than was acknowledged as durable.
func (c *campaign) noteThin(r *record.Recording, acked int) {
	written := 0
	for i := range r.Trace {
		if op := &r.Trace[i]; op.Kind == faultfs.OpWrite {
			written += len(op.Data)
		}
	}
	if acked >= thinBytes && written < acked/thinShare && c.thin == "" {
		c.thin = fmt.Sprintf("%d bytes were acknowledged as synced in one run and %d written to Env.FS: where does the engine keep the rest?",
			acked, written)
		c.thin += c.madeStoreDir()
	}
}

// stored returns how many commits with a value were acknowledged.
func stored(ops []history.Op) (commits int) {
	for i := range ops {
		if ops[i].Outcome == history.Acked && ops[i].Stored() {
			commits++
		}
	}
	return commits
}

// syncedBytes returns how many commits with a value were acknowledged as durable, and how many bytes of values they have.
func syncedBytes(ops []history.Op) (commits, bytes int) {
	for i := range ops {
		op := &ops[i]
		if op.Outcome != history.Acked || !op.Stored() || op.Durability != history.Sync {
			continue
		}
		commits++
		for _, w := range op.Writes {
			bytes += len(w.Value)
		}
	}
	return commits, bytes
}
