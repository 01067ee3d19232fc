package toy

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Bug is a mistake that a toy store makes. The lab must find each, with the fault that shows it.
type Bug int

// The mistakes.
const (
	Correct                  Bug = iota // makes no mistake
	NoFileSync                          // the log is not synced
	NoDirSync                           // the log's name is not synced
	NoParentSync                        // the directory's name is not synced
	NoChecksum                          // the tail is taken without its checksum
	NoTruncate                          // records are appended after a torn tail
	RetrySync                           // a failed sync is retried and believed
	IgnoreWriteError                    // an error of a write is ignored
	SplitBatch                          // a batch is two records
	Panics                              // recovery panics at a torn tail
	Leftover                            // recovery leaves a file
	Leaks                               // recovery leaves one more file each time
	Forgetful                           // a recovery loses more if the one before was interrupted
	Fickle                              // every third recovery drops what was not synced, though it is there
	Flaky                               // every fortieth recovery drops the last two commits
	RotTakesAll                         // damage within the log makes recovery drop all of it
	StartsOver                          // the log is emptied when it has grown
	Scribbles                           // the last byte of a record is written again, wrongly
	ReadErrorEndsLog                    // a log that cannot be read ends where the read failed
	FailedOpenBlocks                    // an Open that failed leaves a file that keeps later ones from succeeding
	CopiesTooLittle                     // a checkpoint lacks the last key
	CopiesUnsynced                      // a checkpoint is not synced
	LetsOthersIn                        // nobody is kept from opening a store that is open
	TrimsReadOnly                       // who only reads writes the log anew
	ForgetsAtClose                      // the last commit is lost when the store is closed, if it was not synced
	KeepsFileOpen                       // Close forgets a handle
	LeaksBySession                      // Close leaves one more file each time
	KeepsReaders                        // each scan opens the log once more, until the store is closed
	KeepsScratch                        // each commit leaves a file, until the store is closed
	KeepsWaiters                        // each scan starts a goroutine that waits until the store is closed
	KeepsGoroutine                      // a goroutine waits for ever from each Close on
	FailedOpenKeepsGoroutine            // a goroutine waits for ever from each Open on that failed
	bugs
)

// Bugs returns all mistakes, Correct first.
func Bugs() []Bug {
	var all []Bug
	for b := range bugs {
		all = append(all, b)
	}
	return all
}

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

// open is Open for a target: a store that did not open is no store at all.
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

// openUnlessBlocked fails for good once it has failed.
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
