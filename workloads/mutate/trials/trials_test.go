//go:build unix

package trials_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
	"github.com/lightningdb/lightning-torture/workloads/mutate/trials"
)

// toy returns trials of the module in testdata. The judge "strict" kills mutants that change a condition, and records
// which mutants it was asked about.
func toy(t *testing.T) (tr trials.Trials, asked func() []string) {
	dir, err := filepath.Abs(filepath.Join("..", "testdata", "module"))
	require.NoError(t, err)
	list := filepath.Join(t.TempDir(), "asked")
	strict := fmt.Sprintf(`echo "$MUTANT" >> %s; case "$MUTANT" in *condition*) echo no; exit 1; esac`, list)
	asked = func() []string {
		text, err := os.ReadFile(list)
		require.NoError(t, err)
		return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	return trials.Trials{
		Dir: dir, Packages: []string{"./same"}, Kinds: operators.Classical(), Seed: "1", Ledger: filepath.Join(t.TempDir(), "ledger"),
		Judges: []trials.Judge{{Name: "strict", Command: strict}},
	}, asked
}

func TestTrialsSkipMutantsThatProveNothing(t *testing.T) {
	tr, asked := toy(t)
	skipped := map[string]string{}
	tr.Progress = func(_, _ int, e trials.Entry) {
		if e.Skipped != "" {
			skipped[strings.Split(e.ID, "@")[0]] = strings.Split(e.Skipped, "@")[0]
		}
	}
	report, err := tr.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, "it compiles to the same code", skipped["same/same.go:Next:swap-arithmetic:2"])
	branch, statement := "same/same.go:Natural:drop-branch:1", "same/same.go:Natural:drop-statement:1"
	require.Subset(t, []string{"it compiles to the same code as " + branch, "it compiles to the same code as " + statement},
		[]string{skipped[branch] + skipped[statement]})
	for id := range skipped {
		require.NotContains(t, id, "Half", "a generic function is not compiled into the package")
	}
	require.Equal(t, report.Total.Mutants+len(skipped), report.Population)
	require.Len(t, asked(), report.Total.Mutants+1, "the judge is asked once for each mutant and once for the baseline")
	require.Equal(t, 1, report.Total.Killed["strict"])
	require.Len(t, report.Survivors, report.Total.Mutants-1)
}

func TestInterruptedTrialsResume(t *testing.T) {
	tr, asked := toy(t)
	tr.Sample = 6
	ctx, cancel := context.WithCancel(t.Context())
	tr.Progress = func(at, _ int, _ trials.Entry) {
		if at == 2 {
			cancel()
		}
	}
	report, err := tr.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, report.Total.Mutants)
	require.Equal(t, 4, report.Pending)
	first := len(asked())

	tr.Progress = nil
	report, err = tr.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{6, 0}, []int{report.Total.Mutants, report.Pending})
	require.LessOrEqual(t, len(asked()), first+1+4, "the two mutants with answers were judged again")

	second := len(asked())
	status, err := tr.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, report, status)
	again, err := tr.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, report, again)
	require.Len(t, asked(), second, "nothing was left to judge")
}

func TestTheSameSeedGivesTheSameSample(t *testing.T) {
	sample := func(seed string, workers int) (ids []string) {
		tr, _ := toy(t)
		tr.Sample, tr.Seed, tr.Workers = 5, seed, workers
		tr.Judges[0].Command = "true"
		report, err := tr.Run(t.Context())
		require.NoError(t, err)
		for _, s := range report.Survivors {
			ids = append(ids, s.ID)
		}
		return ids
	}
	one := sample("1", 1)
	require.Len(t, one, 5)
	require.Equal(t, one, sample("1", 3))
	require.NotEqual(t, one, sample("2", 1))
}

func TestSurvivorsAreJudgedAgainAtAnotherCommit(t *testing.T) {
	tr, asked := toy(t)
	tr.Sample, tr.AgainSurvivors = 3, true
	report, err := tr.Run(t.Context())
	require.NoError(t, err)
	before := len(asked())
	_, err = tr.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, asked(), before, "the survivors were judged at this commit")

	text, err := os.ReadFile(tr.Ledger)
	require.NoError(t, err)
	if report.Commit == "" {
		t.Skip("needs a git checkout")
	}
	require.NoError(t, os.WriteFile(tr.Ledger, []byte(strings.ReplaceAll(string(text), report.Commit, "elsewhere")), 0o600))
	_, err = tr.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, asked(), before+1+len(report.Survivors))
}

func TestAJudgeThatFailsTheBaselineJudgesNothing(t *testing.T) {
	tr, _ := toy(t)
	tr.Judges = append(tr.Judges, trials.Judge{Name: "grumpy", Command: "echo never; exit 1"})
	_, err := tr.Run(t.Context())
	require.ErrorIs(t, err, trials.ErrBaseline)
	require.ErrorContains(t, err, "grumpy: killed: never")
	status, err := tr.Status(t.Context())
	require.NoError(t, err)
	require.Zero(t, status.Total.Mutants)
}

func TestJudgesSeeTheMutant(t *testing.T) {
	tr, _ := toy(t)
	tr.Packages, tr.Kinds = []string{"./log"}, []operators.Kind{operators.DropSync}
	tr.Judges = []trials.Judge{{Name: "tests", Command: "go test ./log"}, {Name: "package", Command: `test "${MUTANT_PACKAGE%/log}" = "$MUTANT_PACKAGE"`}}
	report, err := tr.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"tests": 1, "package": 3}, report.Total.Killed)
	require.Equal(t, map[string]int{"package": 2}, report.Total.Alone)
	require.Equal(t, []int{3, 1}, []int{report.Total.Any, report.Total.All})
	for _, s := range report.Survivors {
		require.Equal(t, []string{"package"}, s.Killers)
	}
}

func TestAJudgeIsNotAskedAboutCodeItNeverExecutes(t *testing.T) {
	tr, asked := toy(t)
	profile := filepath.Join(t.TempDir(), "profile")
	require.NoError(t, os.WriteFile(profile, []byte("mode: set\nexample.com/toy/same/same.go:1.1,99.1 1 0\n"), 0o600))
	var err error
	tr.Judges[0].Reach, err = trials.ReadReach(profile)
	require.NoError(t, err)
	report, err := tr.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, asked(), 1, "without a mutant")
	require.Positive(t, report.Total.Mutants)
	require.Equal(t, report.Total.Mutants, report.Total.Unreached["strict"])
	require.True(t, report.Survivors[0].Answers["strict"].Unreached)
}

func TestJudgesNeedDifferentNames(t *testing.T) {
	tr, _ := toy(t)
	tr.Judges = append(tr.Judges, tr.Judges[0])
	_, err := tr.Run(t.Context())
	require.ErrorIs(t, err, trials.ErrJudge)
	tr.Judges = nil
	_, err = tr.Run(t.Context())
	require.ErrorIs(t, err, trials.ErrJudge)
}
