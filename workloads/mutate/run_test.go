package mutate_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutate"
)

// toy returns a run on the module in testdata.
func toy(pattern string) mutate.Run {
	return mutate.Run{Dir: filepath.Join("testdata", "module"), Package: pattern, For: time.Minute}
}

func TestARunFindsTheSyncsThatNoTestCovers(t *testing.T) {
	r := toy("./log")
	r.Kinds = []mutate.Kind{mutate.DropSync, mutate.WeakenLock}
	var reported []string
	r.Progress = func(_, of int, m mutate.Mutation, o *mutate.Outcome) {
		require.Equal(t, 5, of)
		if o != nil {
			reported = append(reported, m.String()+" "+o.Verdict.String())
		}
	}
	report, err := r.Do(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{
		"log/log.go:30 weaken-lock did not compile", "log/log.go:35 drop-sync killed", "log/log.go:38 weaken-lock survived",
		"log/log.go:46 drop-sync survived", "log/log.go:58 drop-sync survived",
	}, reported)
	require.Equal(t, []int{1, 3, 1}, []int{report.Killed, report.Survived, report.NotCompiled})
	require.Contains(t, report.Outcomes[1].Sentence, "--- FAIL: TestAppendWritesAndSyncs")
	require.Contains(t, report.Outcomes[0].Sentence, "RLock undefined")

	var text, markdown strings.Builder
	require.NoError(t, report.WriteText(&text))
	require.Contains(t, text.String(), `
2 of 3 syncs can be removed without a failing test:
  log/log.go:46  err := l.file.Sync()
  log/log.go:58  err = f.Sync()

5 mutations of ./log: 1 killed, 3 survived, 1 did not compile
`)
	require.NoError(t, report.WriteMarkdown(&markdown))
	require.Contains(t, markdown.String(), "| log/log.go:46 | drop-sync | survived | `err := l.file.Sync()` |\n")
}

func TestTestsThatDoNotEndCountAsFailed(t *testing.T) {
	r := toy("./wait")
	r.For = 3 * time.Second
	report, err := r.Do(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, report.Killed)
	require.Contains(t, report.Outcomes[0].Sentence, "did not end within 3s")
}

func TestTestsThatFailAnywayAreAnError(t *testing.T) {
	_, err := toy("./fails").Do(t.Context())
	require.ErrorIs(t, err, mutate.ErrBaseline)
	require.ErrorContains(t, err, "--- FAIL: TestFails")
}

func TestAnUnknownPackageIsAnError(t *testing.T) {
	_, err := toy("./nothing").Do(t.Context())
	require.ErrorIs(t, err, mutate.ErrSource)
}

func TestARunThatIsInterruptedReportsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := toy("./log")
	r.Progress = func(_, _ int, _ mutate.Mutation, o *mutate.Outcome) {
		if o != nil {
			cancel()
		}
	}
	report, err := r.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, report.Mutations)
}
