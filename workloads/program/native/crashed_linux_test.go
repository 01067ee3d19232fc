package native_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// An engine that crashes while it recovers takes the checker with it. That is a finding, whereas a checker that cannot do its
// work is an error of whoever wrote it.
func TestACheckerThatCrashesHasFailed(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ check, text, err string }{
		"a panic of Go": {
			check: `echo "panic: no header" >&2; echo "goroutine 1 [running]:" >&2; exit 2`, text: "the recovery crashes: panic: no header",
		},
		"a bad memory access":            {check: `kill -SEGV $$`, text: "the recovery crashes: segmentation fault"},
		"a failed assertion":             {check: `kill -ABRT $$`, text: "the recovery crashes: aborted"},
		"a bad access, below a shell":    {check: `sh -c 'kill -SEGV $$'; exit $?`, text: "the recovery crashes: segmentation fault"},
		"killed":                         {check: `kill -KILL $$`, err: "was killed by a signal (killed)"},
		"a mistake in the checker":       {check: `echo "usage: check DIR" >&2; exit 2`, err: "ended with exit code 2: usage: check DIR"},
		"a command that does not exist":  {check: `no-such-command`, err: "ended with exit code 127"},
		"a panic that a checker reports": {check: `echo "panic: no header" >&2; echo "it panics"; exit 1`, text: "it panics"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := native.NewJudge(&native.Spec{Check: []string{"sh", "-c", row.check}, Patience: time.Minute}, t.TempDir())
			require.NoError(t, err)
			a, err := j.Ask(t.Context(), t.TempDir(), nil)
			if row.err != "" {
				require.ErrorContains(t, err, row.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, program.Wrong, a.Verdict)
			assert.Equal(t, row.text, a.Text)
		})
	}
}
