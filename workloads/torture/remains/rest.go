package remains

import (
	"fmt"
	"runtime"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
)

// A store that has something left to do must make a call of the disk again before its caller has yielded restYields times
// and then paused restPauses times, and must be done after restCalls of these calls. A healthy store of the size of a run
// needs a few hundred calls, and has nothing to wait for between them.
const (
	restYields = 2_000
	restPauses = 5_000
	restPause  = time.Millisecond
	restCalls  = 200_000
)

// Rest waits until a store has done all its work, which it can tell if it is a workloads.Rester. No one may use the store
// meanwhile, and no call of the disk may have failed. looked is called after each look at the store. Rest returns nothing if
// the store comes to rest, and otherwise what is wrong: the store stops working although something is left to do, or it
// never ends.
func Rest(store workloads.Store, fs *faultfs.FS, looked func()) []checker.Violation {
	r, ok := workloads.Offers[workloads.Rester](store)
	if !ok {
		return nil
	}
	next := time.NewTicker(restPause)
	defer next.Stop()
	begin := callsOf(fs)
	for last, still := begin, 0; ; still++ {
		left := r.Rested()
		looked()
		now := callsOf(fs)
		switch {
		case left == nil:
			return nil
		case now-begin > restCalls:
			return restless("no one uses the store, and after %d calls of the disk it is not done: %v", now-begin, left)
		case now != last:
			last, still = now, 0
		case still >= restYields+restPauses:
			return restless("no one uses the store, and it does nothing, although something is left to do: %v", left)
		}
		if still < restYields {
			runtime.Gosched()
		} else {
			<-next.C
		}
	}
}

func restless(format string, args ...any) []checker.Violation {
	return []checker.Violation{{Class: Unrest, Sentence: fmt.Sprintf(format, args...)}}
}

// callsOf counts the calls of a disk with which a store makes progress. A look at the store makes no such calls.
func callsOf(fs *faultfs.FS) uint64 { return fs.Now() + fs.Calls(faultfs.OpRead) }
