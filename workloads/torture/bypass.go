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

// An engine that opens its files with package os, or keeps everything in memory, leaves nothing on the lab's disk that
// a crash could harm. The first run reveals that, and the user is told at once.

// storeDirExists reports whether the working directory has an entry with the name of the store's directory.
func storeDirExists() bool {
	_, err := os.Lstat(record.StoreDir)
	return !errors.Is(err, fs.ErrNotExist)
}

// checkBypass returns an ErrConfig if commits were acknowledged although the engine has never changed anything on
// Env.FS, in this run or an earlier one. It also notes a run that wrote suspiciously little there. If the engine
// promises that synced commits survive and has acknowledged some, it returns nil and leaves the matter to a judge: the
// bug may be the engine's own.
func (c *campaign) checkBypass(r *record.Recording) error {
	synced, acked := syncedBytes(r.History)
	promised := synced > 0 && c.target.Promises.SyncSurvivesPowerCut
	if promised && len(r.CrashTicks()) == 0 {
		c.Hopeless = "the store changes nothing on Env.FS" + c.madeStoreDir()
	}
	commits := stored(r.History)
	c.touched = c.touched || !r.Untouched()
	if promised || c.touched || commits == 0 {
		c.noteThin(r, acked)
		return nil
	}
	return fmt.Errorf("%w: target %q acknowledged %d commits and changed nothing on Env.FS; keep its files there, in Env.Dir, "+
		"and do not open them with package os%s", ErrConfig, c.target.Name, commits, c.madeStoreDir())
}

// madeStoreDir says whether the engine has created its directory in the working directory of the process; "" if not.
func (c *campaign) madeStoreDir() string {
	if c.hadStoreDir || !storeDirExists() {
		return ""
	}
	return "; it has created " + record.StoreDir + " in the working directory"
}

// A store that writes less than 1/thinShare of the bytes that it acknowledges as synced must keep them somewhere else:
// values do not compress that well.
const (
	thinShare = 16
	thinBytes = 4096 // acknowledged bytes below which nothing is reported
)

// noteThin notes a run in which far less was written to Env.FS than was acknowledged as durable.
func (c *campaign) noteThin(r *record.Recording, acked int) {
	written := 0
	for i := range r.Trace {
		if op := &r.Trace[i]; op.Kind == faultfs.OpWrite {
			written += len(op.Data)
		}
	}
	if acked >= thinBytes && written < acked/thinShare && c.Thin == "" {
		c.Thin = fmt.Sprintf("in one run %d bytes were acknowledged as synced and only %d were written to Env.FS: where does the engine keep the rest?",
			acked, written)
		c.Thin += c.madeStoreDir()
	}
}

// stored returns the number of acknowledged commits that have a value.
func stored(ops []history.Op) (commits int) {
	for i := range ops {
		if ops[i].Outcome == history.Acked && ops[i].Stored() {
			commits++
		}
	}
	return commits
}

// syncedBytes returns the number of commits with a value that were acknowledged as durable, and the total size of
// their values in bytes.
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
