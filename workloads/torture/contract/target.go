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
	// Open opens or creates the store in env.Dir. It is called for the recorded run and for every crash image, and
	// must touch nothing but env.FS. At first the directory exists and is empty, unless the engine promises MakesDir.
	Open func(env Env) (workloads.Store, error)
	// OpenLog is set instead of Open if the engine is an append-only log. Its workload is log.
	OpenLog func(env Env) (appendlog.Log, error)
	// Promises is what the engine claims. The lab tests exactly these claims.
	Promises Promises
	// LogGlobs, ProvenLogGlobs and AppendGlobs match the names of files, in the syntax of path.Match, in which damage
	// may look like the result of a crash, so that the engine cannot detect all of it. In all other files damage must
	// be detected or have no effect. A file belongs to the first class that matches it.
	//
	// LogGlobs match logs in which any damage looks like a torn write. Damage may cost the records that it hits and all
	// later ones, but no commit that was acknowledged before the damaged bytes were written for the first time. So an
	// engine that writes a log anew and renames it into place must be able to tell how long the log was when it was
	// renamed.
	LogGlobs []string
	// ProvenLogGlobs match logs whose records prove that earlier ones were durable: when a record was written,
	// everything acknowledged with Sync before was durable, in this log or an earlier one. Damage may cost the records
	// that it hits and all later ones. But if the record of an acknowledged Sync commit survives, nothing may be
	// missing that was acknowledged with Sync before that commit was called; such damage must be detected.
	ProvenLogGlobs []string
	// AppendGlobs match other files that only grow. Anything cut off at the end may be lost, and so may a last block
	// with foreign content, as long as nothing durable was written after it. Other damage must be detected.
	AppendGlobs []string
	// LogBlockBytes, if set, is the block size of the files that match LogGlobs or ProvenLogGlobs, and LogHeaderBytes
	// the size of the header of each part of a record. The workload then makes records end at every distance from the
	// end of a block.
	LogBlockBytes, LogHeaderBytes int
	// CheckFiles, if set, inspects the files of a store that was recovered and closed. It returns an error for any
	// file that should not be there, such as an empty table.
	CheckFiles func(fs afero.Fs, dir string) error
	// Versions, if set, says in words which versions of a key the files of a store hold, newest first: "a delete in
	// 000007.log". It must not run the code that serves reads, so that an explanation can tell a store that has lost
	// something from one that does not find it.
	Versions func(fs afero.Fs, dir string, key []byte) ([]string, error)
	// RecoveryVaries says that recovering the same disk twice may show different contents, for example because values
	// expire in the meantime. Otherwise that is a finding, whatever the store promises: what a user saw after one
	// crash would be gone after the next, although nothing happened in between.
	RecoveryVaries bool
	// HandlesMax, if set, returns the maximum number of files and directories that the store keeps open while one
	// client uses it, given the limits of the run.
	HandlesMax func(Limits) int
	// Goals are the dangerous situations of this engine, in addition to those that every store has.
	Goals []Goal
	// Limits are the thresholds of the engine that a run may set. Open finds the values of its run in Env.Limits.
	Limits []Limit
	// Roomy sets limits for a store of gigabytes. nil: it is opened like any other.
	Roomy Limits
	// Largest holds the sizes of the largest key, value and batch that the engine accepts, in bytes; 0 means no limit
	// that a workload could exceed. The workloads respect it, and the report lists it among the limits that no run
	// reaches.
	Largest workloads.Largest
	// Unreached names limits that no run reaches because they cannot be set lower, with their values, such as "a log
	// of 8 GiB". The report lists them.
	Unreached []string
	// Administration is what the engine offers besides an open store; the zero value means nothing.
	Administration Administration
	// Packages are the import patterns of the engine's packages, such as "example.com/engine/...". run --coverage
	// counts their statements.
	Packages []string
	// Go is a Go expression that makes this target, for the Go tests of findings. It may be left out: the tests that
	// torture.Run writes call the test that made the finding, and those that a command writes call its main.
	Go GoExpr
}

// IsLog reports whether the engine is an append-only log.
func (t *Target) IsLog() bool { return t.OpenLog != nil }

// errNothing is the error of an Open that returns no store and no error.
var errNothing = errors.New("the target's Open returned neither a store nor an error")

// OpenStore opens or creates the store in env.Dir, with Open or with OpenLog. A log is wrapped as a store. The error
// is the engine's, or says that it returned no store.
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
	Import  string // an import path
	Expr    string // such as "lightning.Target()"
	Package string // the name of the package, as in its package clause, in which a test that uses it must be; empty: any
}

// Env is everything that an engine may touch.
type Env struct {
	// FS is a disk that can lose power. What engines need beyond afero.Fs is found by type assertion: faultfs.Linker
	// (hard links), Locker (locks), SpaceReporter (free space), DataSyncer (fdatasync) and Preallocator
	// (preallocation). Package osfs offers all of it in the shape of package os.
	FS afero.Fs
	// Dir is the directory of the store, a path in FS.
	Dir string
	// Inline asks the engine to do its background work in the caller's goroutine, so that the same calls lead to the
	// same filesystem operations. It is set for recoveries and for runs with one client.
	Inline bool
	// Limits are the limits that the run sets, of those in Target.Limits; a recovery gets those of its run. Read-only.
	Limits Limits

	stop func(reason string) // nil: Stop panics
	note func(event string)  // nil: Note does nothing
}

// Note reports that the Event of a Goal has happened in the engine. It may be called from any goroutine, with any
// locks held. It has no effect outside a recorded run.
func (e Env) Note(event string) {
	if e.note != nil {
		e.note(event)
	}
}

// Watched reports whether Note has an effect, for targets that have to prepare for it.
func (e Env) Watched() bool { return e.note != nil }

// Noting returns a copy of the environment in which Note calls note. It is for the lab.
func (e Env) Noting(note func(event string)) Env {
	e.note = note
	return e
}

// Stop says that the engine stops on purpose because of an error that it cannot live with. An engine calls it where it
// would otherwise end the process, for example with log.Fatal. Stop does not return. In a recorded run, everything
// that the engine does ends at this point, as if the process had ended. The same holds for a recovery of an engine
// that promises StopsOnError. Elsewhere, Stop panics.
func (e Env) Stop(reason string) {
	if e.stop != nil {
		e.stop(reason)
	}
	panic("the engine stopped: " + reason)
}

// Stopping returns a copy of the environment in which Stop calls stop. It is for the lab.
func (e Env) Stopping(stop func(reason string)) Env {
	e.stop = stop
	return e
}

// Promises is what an engine claims. The zero value promises nothing.
type Promises struct {
	SyncSurvivesPowerCut bool // an acknowledged Sync commit is never lost
	NoSyncSurvivesKill   bool // an acknowledged NoSync commit survives a kill of the process
	LossIsSuffix         bool // if a commit is lost, every later one is lost too, also on a disk that lies about syncs (see Unpromised)
	// AtomicBatch: a batch or transaction is recovered whole or not at all, and no read shows part of a batch. Without
	// this promise the lab commits each write separately.
	AtomicBatch       bool
	RecoveryRepeats   bool // a recovery interrupted by a crash and run again shows what it would have shown uninterrupted
	Linearizable      bool // single-key operations are linearizable
	ShownSurvives     bool // what a read has shown is from then on as safe as an acknowledged commit
	ClosesInFlight    bool // the store may be closed while calls are under way: each completes, or fails with workloads.ErrRefused
	RefusesSecondOpen bool // opening a store that is already open fails with workloads.ErrLocked and does no harm
	// MakesDir: Open creates env.Dir in its parent, which exists, and makes the name durable. Without this promise the
	// lab does both before it opens the store for the first time.
	MakesDir bool
	// FailedOpenReleases: an Open that fails leaves nothing open and nothing locked, so that the same process can open
	// the store once the disk works again. Without this promise the process ends after a failed Open.
	FailedOpenReleases bool
	// StopsOnError: once the disk has reported an error, the engine may stop: refuse everything, panic in the goroutine
	// that called it, or call Env.Stop. This is then no finding, but everything acknowledged must still be there when
	// the store is opened again, so every fault can be used. Before an error it must not stop. A recovery that has met
	// an error may call Env.Stop, which counts as returning the error, but must not panic. If the engine ends the
	// process instead, the lab learns too late that this was no bug: the campaign ends, and is Inconclusive.
	StopsOnError bool
	// CloseSyncs: once Close has returned nil, everything acknowledged since the store was opened survives a power
	// cut, whatever durability it was written with.
	CloseSyncs bool
	// SyncCoversFound: a sync without writes also covers what the store found when it was opened, such as commits that
	// an earlier process wrote but could not sync.
	SyncCoversFound bool
	// CloseLeavesNoTail: once Close has returned nil, nothing looks like the result of a crash, so damage must be
	// detected in logs and at the ends of files too. This is not asked of a store that was killed; see
	// Target.LogGlobs.
	CloseLeavesNoTail bool
	// ReportsCorruption: damage that the store detects is reported as workloads.ErrCorrupt. Without this promise, any
	// error of Open or of a read counts as refusing a damaged disk.
	ReportsCorruption bool
	Transactions      bool // the store implements workloads.Transactor, with the levels of workloads.Isolation
	// RecoversAfterTransientFault lists the faults that an open store survives: once they have passed, it carries on
	// without being reopened. It counts only in runs that no other fault hits.
	RecoversAfterTransientFault []TransientFault
	// Unpromised names faults, as listed by "list faults", about which the engine promises nothing, such as damage at
	// rest if it reads data without checking it. A run of all faults leaves them out, and its result says so. A run
	// may still ask for one by name.
	Unpromised []string
	// Isolation is what transactions that ask for serializability get, if Transactions is set; zero:
	// checker.Serializable. A transaction that asks for a snapshot must get one at any level.
	Isolation checker.Level
}

// TransientFault is a fault that passes, after which a store carries on.
type TransientFault struct {
	Fault  string // a fault rule: an effect, an operation and optionally files, such as "enospc create *.log"
	Within int    // how many operations of each client may still fail after the last failing call
}
