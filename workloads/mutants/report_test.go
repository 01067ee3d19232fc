package mutants_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

var mixed = []mutants.Outcome{
	{Mutant: "01-a", Verdict: mutants.Killed, Seconds: 1, Fault: "power", Judge: "durability", Class: "lost", Sentence: "a write is gone"},
	{Mutant: "02-b", Verdict: mutants.Survived, Seconds: 60, Sentence: "the lab found nothing"},
	{Mutant: "03-c", Verdict: mutants.Broken, Sentence: "does not build:\nx.go:1"},
	{Mutant: "04-d", Verdict: mutants.Killed, Seconds: 4, Fault: "eio", Judge: "bank", Class: "total", Sentence: "40 are gone"},
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

func TestProofs(t *testing.T) {
	kill := func(class string, p *mutants.Proof) mutants.Outcome {
		return mutants.Outcome{Verdict: mutants.Killed, MutantClass: class, Proof: p}
	}
	all := []mutants.Outcome{
		kill("durability", &mutants.Proof{OneEdge: true, Named: true, Shrunk: true, Operations: 1, Replayed: mutants.Replays, Attempts: mutants.Replays}),
		kill("durability", &mutants.Proof{OneEdge: true, Shrunk: true, Operations: 4, Replayed: mutants.Replays, Attempts: mutants.Replays}),
		kill("durability", &mutants.Proof{Named: true, Replayed: mutants.Replays - 1, Attempts: mutants.Replays}),
		kill("errors", &mutants.Proof{OneEdge: true, Named: true}),
		mixed[1],
	}
	require.Equal(t, mutants.Proofs{Durability: 3, Explained: 2, Named: 1, MedianOperations: -1, Replayed: 2, Proved: 4},
		*mutants.NewReport(all).Proofs, "two of four could not be shrunk")
	require.Equal(t, 4, mutants.NewReport(all[:3]).Proofs.MedianOperations)
	hang := kill("availability", &mutants.Proof{Replayed: 2, Attempts: 2})
	var text strings.Builder
	require.NoError(t, mutants.NewReport(append(all, hang)).WriteText(&text))
	require.Contains(t, text.String(), "3 of 5 tokens replayed each time, 20 times or, in 1 of these cases, fewer times because a call does not return")
	require.Nil(t, mutants.NewReport(mixed).Proofs)
}

func TestOnlyKillsAreSuccess(t *testing.T) {
	require.True(t, mutants.NewReport(mixed[:1]).AllKilled())
	require.False(t, mutants.NewReport(mixed[:2]).AllKilled())
	require.False(t, mutants.NewReport(mixed[2:]).AllKilled())
	require.False(t, mutants.NewReport(nil).AllKilled(), "a report without mutants proves nothing")
}

func TestWriteText(t *testing.T) {
	var text strings.Builder
	require.NoError(t, mutants.NewReport(mixed).WriteText(&text))
	require.Equal(t, `mutant  verdict   seconds  fault  judge       class  sentence
01-a    killed    1.0      power  durability  lost   a write is gone
02-b    survived  60.0     -      -           -      the lab found nothing
03-c    broken    0.0      -      -           -      does not build: | x.go:1
04-d    killed    4.0      eio    bank        total  40 are gone

2 of 4 killed, 1 survived, 1 broken; median 2.5 s to kill
`, text.String())
}

func TestWriteJSON(t *testing.T) {
	var text strings.Builder
	require.NoError(t, mutants.NewReport(mixed[:1]).WriteJSON(&text))
	require.JSONEq(t, `{"version": 1, "mutants": 1, "killed": 1, "survived": [], "broken": [], "median_seconds_to_kill": 1,
		"outcomes": [{"mutant": "01-a", "verdict": "killed", "seconds": 1, "fault": "power", "judge": "durability", "class": "lost",
			"sentence": "a write is gone"}]}`, text.String())
}

// matrix is the report of two mutants under one fault and with one simple profile.
var matrix = mutants.NewReport([]mutants.Outcome{
	{
		Mutant: "01-a", MutantClass: "durability", Bug: "A bug.", Reference: "none known", Verdict: mutants.Killed, Seconds: 1,
		Workload: "kv", Fault: "power", Profile: "posix-min", Judge: "durability", Class: "lost", Sentence: "gone",
		Cells: []mutants.Cell{{Column: "power", Killed: true, Seconds: 0.5}, {Column: "simple", Seconds: 3}},
		Proof: &mutants.Proof{
			Why: "no sync between", OneEdge: true, Named: true, Changed: []string{"a.Write"}, Roles: []string{"missing", "by"}, Shrunk: true,
			Operations: 2, Replayed: mutants.Replays, Attempts: mutants.Replays,
		},
	},
	{
		Mutant: "02-b", MutantClass: "reads", Bug: "Another.", Reference: "here", Verdict: mutants.Survived, Seconds: 60,
		Sentence: "nothing", Cells: []mutants.Cell{{Column: "power", Seconds: 1}, {Column: "simple", Seconds: 3}},
	},
}, mutants.Column{Name: "power"}, mutants.Column{Name: "simple", Simple: true})

func TestAMatrixSaysWhatASimpleDiskMisses(t *testing.T) {
	require.Equal(t, map[string][]string{"simple": {"01-a"}}, matrix.Missed, "a mutant that survives the lab is not counted as missed")
	var text strings.Builder
	require.NoError(t, matrix.WriteText(&text))
	require.Equal(t, `mutant  verdict   seconds  fault  judge       class  power  simple  sentence
01-a    killed    1.0      power  durability  lost   0.5    -       gone
02-b    survived  60.0     -      -           -      -      -       nothing

1 of 2 killed, 1 survived, 0 broken; median 1.0 s to kill
1 of them would have lived on a disk of profile simple
1 of 1 durability mutants explained by one missing order, 1 of them with the changed function on a stack; 2 operations in the median run after shrinking; 1 of 1 tokens replayed 20 of 20 times
`, text.String())
}

func TestWriteMarkdown(t *testing.T) {
	var text strings.Builder
	require.NoError(t, matrix.WriteMarkdown(&text))
	require.Equal(t, `1 of 2 killed, 1 survived, 0 broken; median 1.0 s to kill; 1 of them would have lived on a disk of profile simple; 1 of 1 durability mutants explained by one missing order, 1 of them with the changed function on a stack; 2 operations in the median run after shrinking; 1 of 1 tokens replayed 20 of 20 times.

| mutant | killed after | by judge | finding | in | edges | operations | shows alone under, after | with simple |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| 01-a | 1.0 s | durability | lost | kv × power, posix-min | one | 2 | power 0.5 | - |
| 02-b | survived | - | - | - | - | - | - | - |

Profile `+"`simple`"+` misses 1: 01-a.

| mutant | class | planted bug | seen before in |
| --- | --- | --- | --- |
| 01-a | durability | A bug. | none known |
| 02-b | reads | Another. | here |

| mutant | changed | made by it | explanation |
| --- | --- | --- | --- |
| 01-a | a.Write | missing, by | no sync between |
`, text.String())
}
