package toy

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Bug is a bug of a toy store. The lab must find each one under the fault that exposes it.
type Bug int

// The bugs.
const (
	Correct                  Bug = iota // no bug
	NoFileSync                          // the log is not synced
	NoDirSync                           // the log's name is not synced
	NoParentSync                        // the directory's name is not synced
	NoChecksum                          // recovery does not verify checksums
	NoTruncate                          // records are appended after a torn tail
	RetrySync                           // a failed sync is retried, and the success of the second one is believed
	IgnoreWriteError                    // a write error is ignored
	SplitBatch                          // a batch is written as two records
	Panics                              // recovery panics at a torn tail
	Leftover                            // recovery leaves a file
	Leaks                               // recovery leaves one more file each time
	Forgetful                           // a recovery loses more if the previous one was interrupted
	Fickle                              // every third recovery drops unsynced commits that are intact
	Flaky                               // every fortieth recovery drops the last two commits
	RotTakesAll                         // damage within the log makes recovery drop all of it
	StartsOver                          // a log that has grown is emptied
	Scribbles                           // the last byte of a record is overwritten with a wrong value
	ReadErrorEndsLog                    // a log that cannot be read ends where the read failed
	FailedOpenBlocks                    // a failed Open makes all later ones fail
	CopiesTooLittle                     // a checkpoint lacks the last key
	CopiesUnsynced                      // a checkpoint is not synced
	LetsOthersIn                        // a second Open of an open store succeeds
	TrimsReadOnly                       // opening read-only rewrites the log
	ForgetsAtClose                      // Close drops the last commit if it was not synced
	KeepsFileOpen                       // Close does not close the log
	LeaksBySession                      // Close leaves one more file each time
	KeepsReaders                        // each scan opens another handle, closed only by Close
	KeepsScratch                        // each commit creates a file, removed only by Close
	KeepsWaiters                        // each scan starts a goroutine that ends only at Close
	KeepsGoroutine                      // each Close starts a goroutine that never ends
	FailedOpenKeepsGoroutine            // each failed Open starts a goroutine that never ends
)

// Target returns the toy with a bug as a target.
func Target(bug Bug) contract.Target {
	t := contract.Target{
		Name:     "toy",
		Promises: contract.Promises{SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, RecoveryRepeats: true, Linearizable: true, ClosesInFlight: true, RefusesSecondOpen: true, CloseSyncs: true, FailedOpenReleases: true, MakesDir: true},
		Open:     func(env contract.Env) (workloads.Store, error) { return open(env, bug) },
	}
	t.Administration = administration(bug)
	t.LogGlobs = []string{"log"}
	t.CheckFiles = func(fs afero.Fs, dir string) error {
		names, err := namesIn(fs, dir)
		if len(names) > 1 {
			err = errors.Join(err, fmt.Errorf("more than the log: %q", names))
		}
		return err
	}
	return t
}

// open is Open with a nil interface, rather than a nil *Store, in case of an error.
func open(env contract.Env, bug Bug) (workloads.Store, error) {
	if bug == FailedOpenBlocks {
		return openUnlessBlocked(env)
	}
	s, err := Open(env, bug)
	if err != nil {
		if bug == FailedOpenKeepsGoroutine {
			go waitForEver()
		}
		return nil, err
	}
	return s, nil
}

// openUnlessBlocked fails for ever once it has failed.
func openUnlessBlocked(env contract.Env) (workloads.Store, error) {
	const mark = "/blocked"
	if _, err := env.FS.Stat(mark); err == nil {
		return nil, errors.New("toy: an earlier Open has failed")
	}
	s, err := Open(env, FailedOpenBlocks)
	if err != nil {
		f, failed := env.FS.Create(mark)
		if failed == nil {
			failed = f.Close()
		}
		return nil, errors.Join(err, failed)
	}
	return s, nil
}

// namesIn lists a directory.
func namesIn(fs afero.Fs, dir string) ([]string, error) {
	d, err := fs.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(0)
	return names, errors.Join(err, d.Close())
}
