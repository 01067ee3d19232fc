package mutants_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/ci/mutants"
)

var mixed = []mutants.Outcome{
	{Mutant: "01-a", Verdict: mutants.Killed, Seconds: 1, Judge: "durability", Class: "lost", Sentence: "a write is gone"},
	{Mutant: "02-b", Verdict: mutants.Survived, Seconds: 60, Sentence: "the lab found nothing"},
	{Mutant: "03-c", Verdict: mutants.Broken, Sentence: "does not build:\nx.go:1"},
	{Mutant: "04-d", Verdict: mutants.Killed, Seconds: 4, Judge: "bank", Class: "total", Sentence: "40 are gone"},
}

func TestReportCounts(t *testing.T) {
	r := mutants.NewReport(mixed)
	require.Equal(t, 4, r.Mutants)
	require.Equal(t, 2, r.Killed)
	require.Equal(t, []string{"02-b"}, r.Survived)
	require.Equal(t, []string{"03-c"}, r.Broken)
	require.InDelta(t, 2.5, r.MedianSecondsToKill, 1e-9)
	require.False(t, r.AllKilled())
}

func TestOnlyKillsAreSuccess(t *testing.T) {
	require.True(t, mutants.NewReport(mixed[:1]).AllKilled())
	require.False(t, mutants.NewReport(mixed[:2]).AllKilled())
	require.False(t, mutants.NewReport(mixed[2:]).AllKilled())
	require.False(t, mutants.NewReport(nil).AllKilled(), "no mutants prove nothing")
}

func TestWriteText(t *testing.T) {
	var text strings.Builder
	require.NoError(t, mutants.NewReport(mixed).WriteText(&text))
	require.Equal(t, `mutant  verdict   seconds  judge       class  sentence
01-a    killed    1.0      durability  lost   a write is gone
02-b    survived  60.0     -           -      the lab found nothing
03-c    broken    0.0      -           -      does not build: | x.go:1
04-d    killed    4.0      bank        total  40 are gone

2 of 4 killed, 1 survived, 1 broken; median 2.5 s to kill
`, text.String())
}

func TestWriteJSON(t *testing.T) {
	var text strings.Builder
	require.NoError(t, mutants.NewReport(mixed[:1]).WriteJSON(&text))
	require.JSONEq(t, `{"version": 1, "mutants": 1, "killed": 1, "survived": [], "broken": [], "median_seconds_to_kill": 1,
		"outcomes": [{"mutant": "01-a", "verdict": "killed", "seconds": 1, "judge": "durability", "class": "lost",
			"sentence": "a write is gone"}]}`, text.String())
}
