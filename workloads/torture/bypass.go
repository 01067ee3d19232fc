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

// checkBypass returns an ErrConfig if commits of a run were acknowledged as durable although nothing was written to Env.FS.
func (c *campaign) checkBypass(r *record.Recording) error {
	synced, acked := syncedBytes(r.History)
	if synced == 0 || len(r.CrashTicks()) > 0 {
		c.noteThin(r, acked)
		return nil
	}
	err := fmt.Errorf("%w: target %q acknowledged %d synced commits and changed nothing on Env.FS: it must keep its files there, in Env.Dir, "+
		"and not open them with package os", ErrConfig, c.target.Name, synced)
	if !c.hadStoreDir && storeDirExists() {
		err = fmt.Errorf("%w; it has made %s in the working directory", err, record.StoreDir)
	}
	return err
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
		if !c.hadStoreDir && storeDirExists() {
			c.thin += " It has made " + record.StoreDir + " in the working directory."
		}
	}
}

// syncedBytes returns how many commits were acknowledged as durable, and how many bytes of values they have.
func syncedBytes(ops []history.Op) (commits, bytes int) {
	for i := range ops {
		op := &ops[i]
		if op.Outcome != history.Acked || len(op.Writes) == 0 || op.Durability != history.Sync {
			continue
		}
		commits++
		for _, w := range op.Writes {
			bytes += len(w.Value)
		}
	}
	return commits, bytes
}
