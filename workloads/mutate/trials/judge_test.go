//go:build unix

package trials

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAJudgeIsANameALimitAndACommand(t *testing.T) {
	j, err := ParseJudge("lab@5m=make torture FOR=1m")
	require.NoError(t, err)
	require.Equal(t, Judge{Name: "lab", Command: "make torture FOR=1m", Limit: 5 * time.Minute}, j)
	j, err = ParseJudge("tests=go test ./...")
	require.NoError(t, err)
	require.Equal(t, Judge{Name: "tests", Command: "go test ./..."}, j)
	for _, wrong := range []string{"", "go test ./...", "=x", "lab=", "lab@=x", "lab@soon=x", "lab@1ms=x", "Lab Two=x"} {
		_, err := ParseJudge(wrong)
		require.ErrorIs(t, err, ErrJudge, "%q", wrong)
	}
}

func TestTheExitCodeIsTheVerdict(t *testing.T) {
	for _, row := range []struct {
		name, command string
		want          Verdict
		sentence      string
	}{
		{"0", "echo fine", Survived, ""},
		{"1", "echo one; echo two; exit 1", Killed, "one | two"},
		{"2, as make says it", "exit 2", Killed, "exit status 2"},
		{"125, as git bisect run says it", "echo no disk; exit 125", Broken, "no disk"},
		{"a signal", "kill -SEGV $$", Killed, "signal: segmentation fault"},
		{"a failed test", "echo before; echo '--- FAIL: TestX (0.1s)'; seq 50; exit 1", Killed, "--- FAIL: TestX (0.1s)"},
		{"the variables it gets", `test "$MUTANT" = m`, Survived, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := Judge{Name: "j", Command: row.command, Limit: time.Minute}.run(t.Context(), t.TempDir(), []string{"MUTANT=m"})
			require.NoError(t, err)
			require.Equal(t, row.want, a.Verdict)
			require.Equal(t, row.sentence, a.Sentence)
			require.Equal(t, row.want == Killed, a.Kills())
		})
	}
}

func TestATimeoutKillsAllProcessesOfTheJudge(t *testing.T) {
	dir := t.TempDir()
	a, err := Judge{Name: "j", Command: "(while :; do date >> alive; sleep 0.05; done) & wait", Limit: time.Second}.run(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, Timeout, a.Verdict)
	require.True(t, a.Kills())
	require.NoError(t, os.Remove(filepath.Join(dir, "alive")))
	a, err = Judge{Name: "j", Command: "sleep 0.3", Limit: time.Minute}.run(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, Survived, a.Verdict)
	require.NoFileExists(t, filepath.Join(dir, "alive"))
}

func TestAnInterruptedJudgeHasNoAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Judge{Name: "j", Command: "sleep 1000", Limit: time.Hour}.run(ctx, t.TempDir(), nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAVerdictIsOneLine(t *testing.T) {
	require.Equal(t, "--- FAIL: TestX", sentence("ok\n  --- FAIL: TestX\npanic: y\n"))
	require.Equal(t, "b | c | d", sentence("a\nb\nc\nd\n"))
	require.Len(t, sentence(strings.Repeat("x", outputMax)), 303)
}
