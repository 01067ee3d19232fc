package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestRulesThatMatchNothingAreRefused(t *testing.T) {
	for rule, says := range map[string]string{
		"eio link":                          "the store never called link; name an operation that it calls (",
		"eio write lgo":                     "no write was about a file named lgo; name one of these (log, tmp), or none",
		"eio read tmp":                      "no read was about a file named tmp; name another operation (close, create, ",
		"bitflip rest *.sst":                "no file named *.sst was made; name one of these (",
		"eio write log nth=100000":          "was injected into none of 16 runs and none of their recoveries: at most ",
		"eio write log from=7 after=100000": "calls have its operation and name, but never in the state and at the time that it asks for",
		"evict read":                        "calls have its operation and name, but never in the state and at the time that it asks for",
	} {
		t.Run(rule, func(t *testing.T) {
			o := toyOptions(rule)
			o.Rounds = 1
			_, err := Check(t.Context(), toy.Target(toy.Correct), o)
			require.ErrorIs(t, err, ErrConfig)
			assert.ErrorContains(t, err, "the rule \""+rule+"\"")
			assert.ErrorContains(t, err, says)
		})
	}
}

// A rule applies to the workloads whose runs make a call that it matches. Findings made before a rule is refused are kept.
func TestRulesAreTriedWhereTheyCanHit(t *testing.T) {
	o := toyOptions("eio list backups-c0")
	o.Workloads, o.Rounds = []string{"kv", "lifecycle"}, 1
	r := check(t, toy.Correct, o)
	require.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	require.Len(t, r.Cells, 1)
	assert.Equal(t, "lifecycle", r.Cells[0].Workload)
	assert.Positive(t, r.FaultsInjected["eio_list"])
}
