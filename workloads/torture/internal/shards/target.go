package shards

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Bug is a bug of the store.
type Bug int

// The bugs.
const (
	Correct          Bug = iota // no bug
	NoLogSync                   // one of the logs is never synced
	NoDirSync                   // the names of the logs are not synced
	NoChecksum                  // recovery does not verify checksums
	SnapshotUnsynced            // a snapshot gets its name before it is synced
	RemovesEarly                // the old logs are removed before the new snapshot's name is durable
	SkipsGaps                   // recovery does not stop at a gap
	ErrorEndsLog                // a read error ends a log
	Racing                      // recovery applies records in the order in which its goroutines finish
)

// String names the mistake.
func (b Bug) String() string {
	return [...]string{
		"correct", "one of the logs is never synced", "the names of the logs are not synced", "recovery does not verify checksums",
		"a snapshot gets its name before it is synced", "old logs are removed before the new snapshot is durable",
		"recovery does not stop at a gap", "a read error ends a log", "goroutines of recovery race",
	}[b]
}

// Target returns the store with a bug as a target.
func Target(bug Bug) contract.Target {
	return contract.Target{
		Name: "shards", LogGlobs: []string{"log-*"},
		Promises: contract.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, RecoveryRepeats: true,
			Linearizable: true, FailedOpenReleases: true,
		},
		Open: func(env contract.Env) (workloads.Store, error) {
			s, err := Open(env, bug)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	}
}
