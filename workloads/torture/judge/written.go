package judge

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// nothingWritten is the class of violations in which a store acknowledges commits as durable without ever changing the disk.
const nothingWritten = "nothing written"

// written fails if commits were acknowledged as durable although the store never changed the disk, so that no commit could
// survive a crash. Such a run has no crash points, so no other judge would notice. Deletions do not count: deleting an
// absent key may write nothing.
func (j *Judges) written() checker.Result {
	result := checker.Result{Judge: "durability", Verdict: checker.Pass}
	if !j.target.Promises.SyncSurvivesPowerCut || len(j.recording.CrashTicks()) > 0 {
		return result
	}
	first, synced := -1, 0
	for i := range j.recording.History {
		if op := &j.recording.History[i]; op.Stored() && op.Outcome == history.Acked && op.Durability == history.Sync {
			if synced++; first < 0 {
				first = op.ID
			}
		}
	}
	if synced == 0 {
		return result
	}
	result.Verdict = checker.Fail
	result.Violations = []checker.Violation{{
		Class: nothingWritten, Ops: []int{first},
		Sentence: fmt.Sprintf("synced commits were acknowledged (%d in this run), but the store changed nothing on Env.FS, so no crash leaves any of them: does it "+
			"bypass Env.FS? It must keep its files there, in Env.Dir, and not open them with package os", synced),
	}}
	return result
}
