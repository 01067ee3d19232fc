package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// A user who did not mean to promise anything about such a disk learns what to state.
func TestAFindingHintsAtWhatTheTargetShouldState(t *testing.T) {
	target := contract.Target{LogGlobs: []string{"*.log"}, ProvenLogGlobs: []string{"*.proof"}, AppendGlobs: []string{"MANIFEST"}}
	rot := func(path string) *faultfs.Damage { return &faultfs.Damage{Effect: faultfs.BitFlip, Path: path} }
	for _, c := range []struct {
		name   string
		lies   bool
		damage *faultfs.Damage
		want   string
	}{
		{"a disk that lies", true, nil, "such a disk, add \"lost-fsync\" to Promises.Unpromised"},
		{"a file that is no log", false, rot("db/table"), "name the file in Target.LogGlobs"},
		{"a log", false, rot("db/1.log"), "before the damaged bytes were first written"},
		{"a log that proves what lies before", false, rot("db/1.proof"), "only what looks like a torn write"},
		{"a file that only grows", false, rot("db/MANIFEST"), "only what looks like a torn write"},
		{"a disk that did what it was told", false, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := explore.Failure{Violation: checker.Violation{Evidence: []string{"what was seen"}}, Damage: c.damage}
			lines := evidenceLines(&target, &plan.Fault{Choice: plan.Choice{Name: "lost-fsync"}, Lies: c.lies}, &f)
			assert.Contains(t, lines, "what was seen")
			if c.want == "" {
				assert.Len(t, lines, 1)
				return
			}
			assert.Regexp(t, c.want, lines)
			assert.Regexp(t, `if nothing is promised about such .*, add "lost-fsync" to Promises.Unpromised`, lines)
		})
	}
}
