package contract

import (
	"errors"
	"reflect"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
)

// Target is an engine under test.
type Target struct {
	// Name identifies the engine in reports and replay tokens.
	Name string
	// Open opens or creates the store in env.Dir. It is called for the recorded run and for every crash image; it must
	// touch nothing but env.FS. The directory is there and empty at first, unless the engine promises MakesDir.
	Open func(env Env) (workloads.Store, error)
	// OpenLog takes the place of Open where the engine is an append-only log. Its workload is log.
	OpenLog func(env Env) (appendlog.Log, error)
	// Promises is what the engine claims. The lab tests exactly this.
	Promises Promises
	// LogGlobs, ProvenLogGlobs and AppendGlobs match the names of files, in the syntax of path.Match, in which damage may look
	// like what a crash leaves, so that the engine cannot notice all of it. In all other files damage must be noticed, or must
	// have no effect. A file belongs to the first class that matches it.
	//
	// LogGlobs match logs in which any damage looks like a torn write. It may cost what it hits and everything that follows.
	LogGlobs []string
	// ProvenLogGlobs match logs in which a record proves that whatever had been acknowledged with Sync before it was written
	// was durable, in its own log or in an earlier one. Damage may cost what it hits and everything that follows, but if it
	// spares the record of a Sync commit that was acknowledged, nothing may be missing that had been acknowledged with Sync
	// before that commit was called: this damage must be noticed.
	ProvenLogGlobs []string
	// AppendGlobs match other files that only grow. What is cut off the end of one may be lost, and so may a block at the end
	// that holds something else, as long as nothing durable was written behind it. Other damage must be noticed.
	AppendGlobs []string
	// LogBlockBytes, if set, is the size of the blocks of files that match LogGlobs or ProvenLogGlobs, and LogHeaderBytes that of
	// the header which each part of a record in a block has: records end everywhere near the end of a block then.
	LogBlockBytes, LogHeaderBytes int
	// CheckFiles, if set, looks at the files of a store that was recovered and closed, and returns an error for any
	// that should not be there, such as a table of zero bytes.
	CheckFiles func(fs afero.Fs, dir string) error
	// RecoveryVaries says that the store may show different contents when it recovers the same disk twice, say because values
	// expire meanwhile. Without it that is a finding, whatever the store promises: what a user has seen after one crash may
	// then be gone after the next, although nothing has happened in between.
	RecoveryVaries bool
	// HandlesMax, if set, returns how many files and directories the store has open at most, under the limits of a run, while one
	// client uses it.
	HandlesMax func(Limits) int
	// Goals are the dangerous situations of this engine, in addition to those of every store.
	Goals []Goal
	// Limits are the thresholds of the engine that a run may set. Open finds those of its run in Env.Limits.
	Limits []Limit
	// Largest is the largest key, value and batch that the engine takes, in bytes; 0: larger than those of any workload. The
	// workloads keep to it, and the report lists it among the limits that no run reaches.
	Largest workloads.Largest
	// Unreached names limits of the engine that no run reaches, because they cannot be set lower, with their values: "a log of
	// 8 GiB". The report lists them.
	Unreached []string
	// Administration is what the engine offers beside an open store; the zero value: nothing.
	Administration Administration
	// Packages are the import patterns of the engine's packages, such as "example.com/engine/...": those whose statements
	// run --coverage counts.
	Packages []string
	// Go is the Go expression that makes this target, for the Go tests as which findings are saved. It may be left out: the
	// tests that torture.Run writes call the test that has found something, and those of a command call its main.
	Go GoExpr
}

// IsLog reports whether the engine is an append-only log.
func (t *Target) IsLog() bool { return t.OpenLog != nil }

// errNothing is the error of an Open that returns no store and no error.
var errNothing = errors.New("the target's Open returned neither a store nor an error")

// OpenStore opens or creates the store in env.Dir: that of Open, or the log of OpenLog as a store.
func (t *Target) OpenStore(env Env) (workloads.Store, error) {
	if !t.IsLog() {
		s, err := t.Open(env)
		switch {
		case err != nil:
			return nil, err // Open may have returned a nil pointer as a Store, which is not a nil Store
		case isNil(s):
			return nil, errNothing
		}
		return s, nil
	}
	l, err := t.OpenLog(env)
	switch {
	case err != nil:
		return nil, err
	case isNil(l):
		return nil, errNothing
	}
	return workloads.FromLog(l), nil
}

// isNil reports whether an interface holds nothing, or a nil pointer.
func isNil(opened any) bool {
	v := reflect.ValueOf(opened)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// GoExpr is a Go expression with the import that it needs.
type GoExpr struct {
	Import  string // the path of a package
	Expr    string // such as "lightning.Target()"
	Package string // the package that a test has to be in which uses it, as its package clause says; empty: any
}

// Env is all that an engine may touch.
type Env struct {
	// FS is a disk that can lose power. What engines need beside afero.Fs is found by type assertion: hard links, locks, free
	// space, fdatasync and preallocation are the interfaces faultfs.Linker, Locker, SpaceReporter, DataSyncer and Preallocator.
	// Package osfs has all of it in the shape of package os.
	FS afero.Fs
	// Dir is where the store lives, a path in FS.
	Dir string
	// Inline asks the engine to do its background work on the caller's goroutine, so that the same calls give the same
	// filesystem operations. Set for recoveries and for runs of one client.
	Inline bool
	// Limits are those of Target.Limits that the run sets; a recovery has those of its run. It must not be changed.
	Limits Limits

	stop func(reason string) // nil: Stop panics
	note func(event string)  // nil: nobody wants to know
}

// Note says that something has happened in the engine that is the Event of a Goal. It may be called by any goroutine, with
// whatever locks; elsewhere than in a recorded run it does nothing.
func (e Env) Note(event string) {
	if e.note != nil {
		e.note(event)
	}
}

// Watched reports whether Note does anything, for targets that would have to prepare for it.
func (e Env) Watched() bool { return e.note != nil }

// Noting returns the environment with what Note does in it. It is for the lab.
func (e Env) Noting(note func(event string)) Env {
	e.note = note
	return e
}

// Stop says that the engine stops on purpose, because of an error that it will not live with: it is called where the engine
// would otherwise end the process, as by log.Fatal, and does not return. In a recorded run all that the engine does ends
// here, as if the process had ended. So does a recovery of an engine that promises StopsOnError; elsewhere Stop panics.
func (e Env) Stop(reason string) {
	if e.stop != nil {
		e.stop(reason)
	}
	panic("the engine stopped: " + reason)
}

// Stopping returns the environment with what Stop does in it. It is for the lab.
func (e Env) Stopping(stop func(reason string)) Env {
	e.stop = stop
	return e
}

// Promises says what an engine claims.
type Promises struct {
	SyncSurvivesPowerCut bool // an acknowledged Sync commit is never lost
	NoSyncSurvivesKill   bool // an acknowledged NoSync commit survives a killed process
	LossIsSuffix         bool // if a commit is lost, every later one is lost too
	// AtomicBatch: a batch or transaction is recovered whole or not at all, and no read shows a part of a batch. Without it the
	// lab commits each write by itself.
	AtomicBatch       bool
	RecoveryRepeats   bool // a recovery that is interrupted by a crash shows, run again, what it would have shown
	Linearizable      bool // single-key operations are linearizable
	ShownSurvives     bool // what a read has shown is as safe from then on as if it had been acknowledged
	ClosesInFlight    bool // the store may be closed while others use it: their calls are done, or workloads.ErrRefused
	RefusesSecondOpen bool // while a store is open, opening it again fails with workloads.ErrLocked and does no harm
	// MakesDir: Open makes env.Dir, in a directory that is there, and makes its name durable. Otherwise the lab does both
	// before it opens the store for the first time.
	MakesDir bool
	// FailedOpenReleases: an Open that returns an error leaves nothing open and nothing locked, so that the same process can
	// open the store once the disk is healthy again. Without it, the process ends after an Open that has failed.
	FailedOpenReleases bool
	// StopsOnError says that once the disk has reported an error, the engine may stop: refuse everything, panic in the
	// goroutine that called it, or call Env.Stop. That is no finding then. What it had acknowledged must be there all the same
	// when it is opened again, so every fault may be used on it. Before an error it may not stop. A recovery that has met an
	// error may call Env.Stop, but not panic: that is as if it had returned the error. What
	// ends the process cannot be told from a bug before it is too late: it ends the campaign, which is then inconclusive.
	StopsOnError bool
	// CloseSyncs: once Close has returned nil, everything that was acknowledged since the store was opened survives a power cut,
	// with whatever durability.
	CloseSyncs bool
	// SyncCoversFound: a sync without writes also covers what the store has found when it was opened, such as what an earlier process
	// had written, could not sync, and left to the operating system.
	SyncCoversFound bool
	// CloseLeavesNoTail: once Close has returned nil, nothing looks like what a crash leaves. Damage is noticed in logs and at
	// the ends of files, too, which is not asked of a store that was killed; see Target.LogGlobs.
	CloseLeavesNoTail bool
	// ReportsCorruption: damage that the store notices is reported as workloads.ErrCorrupt, and not as some other error. Without
	// it, any error that Open or a read returns says that a damaged disk was refused.
	ReportsCorruption bool
	Transactions      bool // the store is a workloads.Transactor, with the isolation levels of workloads.Isolation
	// RecoversAfterTransientFault lists the faults that the same store lives with: once they have passed, it goes on without
	// being opened again. It counts only in runs in which no other fault hits.
	RecoversAfterTransientFault []TransientFault
	// Unpromised names faults, as "list faults" does, about which the engine promises nothing: damage at rest, say, if it reads
	// data without checking it. A run of all faults leaves them out, and its result says so. A run may still ask for one by name.
	Unpromised []string
	// Isolation is what transactions that ask for serializability get, if Transactions is set; zero:
	// checker.Serializable. One that asks for a snapshot must get that at any level.
	Isolation checker.Level
}

// TransientFault is a fault that passes, and after which a store goes on.
type TransientFault struct {
	Fault  string // in the grammar of fault rules: an effect, an operation and perhaps files, such as "enospc create *.log"
	Within int    // how many operations of each client may still fail once no call fails any more
}
