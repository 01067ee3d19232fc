package torture

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toylog"
)

// Each mistake of a log is found under plain power cuts, for the right reason. There is one client, so that every run finds
// the same.
func TestEveryMistakeOfALogIsFound(t *testing.T) {
	sameRaces(t)
	for _, row := range []struct {
		bug  toylog.Bug
		seed uint64
		says string // regular expression that matches class and sentence of a finding
	}{
		{toylog.NoDataSync, 5, `^lost: Append #\d+ .* is missing after the crash .*: entry \d+ is absent`},
		{toylog.NoDirSync, 5, `^does not recover: .* segment \d+ is missing`},
		{toylog.NoChecksum, 5, `^invented: Entry \d+ shows a value that nobody wrote`},
		{toylog.BackNotDurable, 5, `^resurrected: .*although back truncation #\d+ .* had dropped it|^does not recover: .* segment \d+ is missing`},
		{toylog.FrontNotDurable, 5, `^resurrected: .*although front truncation #\d+ .* had dropped it|^does not recover: .* segment \d+ is missing`},
		{toylog.FrontRemovesFirst, 5, `^does not recover: .* segment \d+ is missing`},
		{toylog.ListInPlace, 5, `^does not recover: .* the list of segments is damaged`},
		{toylog.RotatesUnsynced, 5, `^does not recover: .* segment \d+ ends with entry`},
		{toylog.StaleRecords, 5, `^(resurrected|hole): .*[bB]ack truncation #\d+`},
		{toylog.OldEntriesWin, 5, `^(resurrected|torn batch|reads: stale read): .*append #\d+`},
		{toylog.SplitBatch, 5, `^torn batch: .*is there only in part`},
		{toylog.OffByOne, 8, `^(lost|hole|reads: stale read): .*entry \d+ is absent|it puts entry \d+ before the first index`},
		{toylog.LastIsLate, 5, `append entries: toylog: entry \d+ after`},
		{toylog.ValueNotDurable, 5, `^lost: Commit #\d+ .*put (CurrentTerm|LastVoteCand), synced`},
		{toylog.SyncDoesNothing, 10, `^lost: .*though a sync without writes or a close had been acknowledged`},
	} {
		r, err := Check(t.Context(), toylog.Target(row.bug), Options{
			Faults: []string{"power"}, Rounds: 12, StopAfter: 1, NoShrink: true, Clients: 1, Ops: 30, Keys: 8, Seed: row.seed,
		})
		require.NoError(t, err)
		says := regexp.MustCompile(row.says)
		assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool {
			return says.MatchString(f.Class + ": " + f.Sentence)
		}), "mistake %d: %+v", row.bug, r.Findings)
	}
}
