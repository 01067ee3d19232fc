package toylog

import (
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Bug is a bug of a toy log.
type Bug int

// The bugs.
const (
	Correct           Bug = iota // no bug
	NoDataSync                   // records are not synced
	NoDirSync                    // the name of a new segment is not synced before the list names it
	NoChecksum                   // recovery does not verify checksums
	BackNotDurable               // a truncation of the back is acknowledged before it is durable
	FrontNotDurable              // a truncation of the front is acknowledged before it is durable
	FrontRemovesFirst            // segments are removed before the list that leaves them out is durable
	ListInPlace                  // the list of segments is overwritten
	RotatesUnsynced              // a segment is not synced before the next one is used
	StaleRecords                 // a truncation of the back leaves records after the new end
	OldEntriesWin                // recovery prefers the entries from before a truncation of the back
	SplitBatch                   // a batch is written as several records
	OffByOne                     // a truncation of the front drops a segment of which it should keep the last entry
	LastIsLate                   // after a truncation of the back, the old last index is reported until something is appended
	ValueNotDurable              // a value is acknowledged before it is durable
	SyncDoesNothing              // Sync does nothing
)

// Target returns the toy log with a bug as a target.
func Target(bug Bug) contract.Target {
	return contract.Target{
		Name: "toylog",
		Promises: contract.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, RecoveryRepeats: true, Linearizable: true,
			FailedOpenReleases: true, CloseSyncs: true, MakesDir: true,
		},
		OpenLog: func(env contract.Env) (appendlog.Log, error) {
			l, err := Open(env, bug)
			if err != nil {
				return nil, err
			}
			return l, nil
		},
		LogGlobs: []string{"*.seg"},
		Limits: []contract.Limit{{
			Name: "segment", Text: "bytes of a segment", Min: 64, Max: 1 << 20, Usual: 4096, Draw: contract.DrawSmall(128, 8192),
		}},
	}
}
