package trials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// decided returns a court whose ledger has one mutant per letter: k killed by both judges, l killed by the lab, t
// killed by a timeout of the tests, n killed by no judge, b not killed because the lab broke.
func decided(t *testing.T, letters, given string) *court {
	answers := map[rune][2]Verdict{
		'k': {Killed, Killed}, 'l': {Killed, Survived}, 't': {Survived, Timeout}, 'n': {Survived, Survived}, 'b': {Broken, Survived},
	}
	c := &court{t: Trials{Packages: []string{"./..."}, Seed: "7", Judges: []Judge{{Name: "lab"}, {Name: "tests"}}}}
	var err error
	c.ledger, err = openLedger("", "7")
	require.NoError(t, err)
	for i, letter := range letters {
		m := operators.Mutation{ID: string(letter) + string(rune('0'+i)), Kind: operators.OffByOne, File: "a/a.go"}
		c.order = append(c.order, m)
		a := answers[letter]
		_, err := c.ledger.add(Entry{Mutation: m, Diff: "-old\n+new\n", Answers: map[string]Answer{"lab": {Verdict: a[0]}, "tests": {Verdict: a[1]}}})
		require.NoError(t, err)
	}
	name := filepath.Join(t.TempDir(), "reasons")
	require.NoError(t, os.WriteFile(name, []byte(given), 0o600))
	c.reasons, err = readReasons(name)
	require.NoError(t, err)
	return c
}

func TestEquivalentAndSpeedMutantsDoNotCount(t *testing.T) {
	r, err := decided(t, "kltnnnb", `
# Comments say nothing.
t2 speed: it is a cache
n3 equivalent: x is 0 here
n4 unreachable: nobody calls it
`).report()
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, []int{7, 2, 5}, []int{r.Total.Mutants, r.Total.Excused, r.Total.Counted()})
	require.Equal(t, map[string]int{"lab": 2, "tests": 1}, r.Total.Killed)
	require.Equal(t, map[string]int{"lab": 1}, r.Total.Alone)
	require.Equal(t, []int{2, 1}, []int{r.Total.Any, r.Total.All})
	require.Equal(t, map[string]int{"lab": 1}, r.Total.Broken)
	require.Equal(t, map[string]int{"equivalent": 1, "unreachable": 1, "missed": 2}, r.Total.Classes)
	var text, markdown strings.Builder
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "Killed by no judge: 3, of which 1 are unreachable and 2 missed.\n"+
		"Killed by at least one judge: 2 of 5 (40.0 %).\nKilled by lab: 2 of 5 (40.0 %); no answer about 1.\nKilled by tests: 1 of 5 (20.0 %).\n")
	require.Contains(t, text.String(), "\nn5\n  a/a.go:0, killed by nobody; missed: not yet looked at\n  -old\n  +new\n")
	require.NoError(t, r.WriteMarkdown(&markdown))
	require.Contains(t, markdown.String(), "| off-by-one | 7 | 2 | 2 | 0 | 1 | 1 | 0 | 0 | 3 |\n| all | 7 | 2 | 2 | 0 | 1 | 1 | 0 | 0 | 3 |\n")
	require.Contains(t, markdown.String(), "\n`n4`, line 0: killed by nobody; unreachable: nobody calls it\n\n```diff\n-old\n+new\n```\n")
}

func TestATimeoutIsAKill(t *testing.T) {
	r, err := decided(t, "t", "").report()
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{r.Total.Killed["tests"], r.Total.Timeout["tests"]})
	require.Contains(t, strings.Join(r.sentences(), "\n"), "Killed by tests: 1 of 1 (100.0 %), 1 of them by a timeout.")
}

func TestContradictoryReasonsAreProblems(t *testing.T) {
	r, err := decided(t, "klt", "k0 missed: no test\nl1 equivalent: it cannot be seen\nt2 speed: a test of time\ngone missed: no test").report()
	require.NoError(t, err)
	require.Equal(t, []string{
		"k0 is classed as missed, but is killed by every judge; remove the reason",
		"l1 is classed as equivalent, but is killed by lab; correct the reason",
		"there is no mutant gone; remove the reason",
	}, r.Problems)
	require.Equal(t, 1, r.Total.Excused)
	var text strings.Builder
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "\nproblem: there is no mutant gone; remove the reason\n")
}

func TestReasonsAreAnIDAClassAndAnArgument(t *testing.T) {
	name := filepath.Join(t.TempDir(), "reasons")
	for _, wrong := range []string{"a", "a equivalent", "a equivalent:", "a silly: b", "a missed: b\na missed: c"} {
		require.NoError(t, os.WriteFile(name, []byte(wrong), 0o600))
		_, err := readReasons(name)
		require.ErrorIs(t, err, ErrReasons, wrong)
	}
	for _, absent := range []string{"", name + ".absent"} {
		all, err := readReasons(absent)
		require.NoError(t, err)
		require.Empty(t, all)
	}
}
