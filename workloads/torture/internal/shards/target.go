package shards

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Bug is a mistake that the store makes.
type Bug int

// The mistakes.
const (
	Correct          Bug = iota // makes no mistake
	NoLogSync                   // one of the logs is never synced
	NoDirSync                   // the names of the logs are not synced
	NoChecksum                  // a torn record is believed
	SnapshotUnsynced            // a snapshot gets its name before it is on the disk
	RemovesEarly                // the old logs are removed before the new snapshot's name is durable
	SkipsGaps                   // recovery does not stop at a number that is missing
	ErrorEndsLog                // a log that cannot be read ends where the read failed
	Racing                      // recovery shows what the goroutine that came first has found of a key
)

// Bugs returns all mistakes, without Correct.
func Bugs() []Bug {
	return []Bug{NoLogSync, NoDirSync, NoChecksum, SnapshotUnsynced, RemovesEarly, SkipsGaps, ErrorEndsLog, Racing}
}

// String names the mistake.
func (b Bug) String() string {
	return [...]string{
		"correct", "one of the logs is never synced", "the names of the logs are not synced", "a torn record is believed",
		"a snapshot gets its name before it is on the disk", "old logs are removed before the new snapshot is durable",
		"recovery does not stop at a gap", "a read error ends a log", "goroutines of recovery race",
	}[b]
}

// Target returns the store with a mistake as a target.
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
