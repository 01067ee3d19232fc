package torture

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// pastedVariable is the environment variable with the directory for the findings of TestPasted.
const pastedVariable = "LIGHTNING_TORTURE_PASTED"

// TestPasted runs in a process of its own; TestTheReplayLineOfATestReplays pastes the lines that it prints.
func TestPasted(t *testing.T) {
	dir := os.Getenv(pastedVariable)
	if dir == "" {
		t.Skip("runs only in a child process of TestTheReplayLineOfATestReplays")
	}
	o := smallRun
	o.Dir = dir
	named := func(name string, bug toy.Bug) Target {
		target := toy.Target(bug)
		target.Name = name
		return target
	}
	t.Run("healthy", func(t *testing.T) { Run(t, named("healthy", toy.Correct), o) })
	t.Run("it's $a (store)", func(t *testing.T) {
		for _, target := range []Target{named("good", toy.Correct), named("bad", toy.NoFileSync)} {
			Run(t, target, o)
		}
	})
}

// shell runs a line in a shell in which "go test" runs this test binary.
func shell(t *testing.T, line, dir string) (code int, output string) {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil || !apart.Possible {
		t.Skip("needs sh in PATH, to paste lines into")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	fake := "#!/bin/sh\nexec '" + self + "' \"-test.run=$3\" -test.v\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte(fake), 0o777))
	cmd := exec.CommandContext(t.Context(), sh, "-c", line)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), pastedVariable+"="+dir)
	out, _ := cmd.CombinedOutput() // the exit code is checked instead
	return cmd.ProcessState.ExitCode(), string(out)
}

var replayLine = regexp.MustCompile(`(?m)^ +replay   ((TORTURE_REPLAY=1:)(LT2-\S+)( go test -run '\^TestPasted\$/.*' \./workloads/torture))$`)

func TestTheReplayLineOfATestReplays(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	dir := t.TempDir()
	_, output := shell(t, "go test -run '^TestPasted$'", dir)
	line := replayLine.FindStringSubmatch(output)
	require.NotNil(t, line, output)
	assert.Contains(t, output, "why      ")
	assert.Contains(t, output, "profiles Fails on ")
	assert.Regexp(t, `saved    \S+\.ltrace\n`, output)
	assert.Regexp(t, `test     cp \S+_test\.go workloads/torture && go test -run '\^TestFinding_Pasted_it_s_a_store_[0-9a-f]+\$'`, output)
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*.ltrace"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, c := range []struct {
		name, line string
		code       int
		says       []string
	}{
		{"as printed", line[1], 1, []string{"is for a later call of Run", "reproduced in 1 of 1 attempt\n", "replay   " + line[1] + "\n"}},
		{"the whole test", line[2] + line[3] + " go test -run '^TestPasted$'", 1, []string{"reproduced in 1 of 1 attempt\n"}},
		{"a saved finding", line[2] + files[0] + line[4], 1, []string{"reproduced in 1 of 1 attempt\n"}},
		{"of another target", "TORTURE_REPLAY=" + line[3] + " go test -run TestPasted/healthy", 0, []string{
			"SKIP: TestPasted/healthy", "nothing to replay here: torture: bad replay token of another target: \"" + line[3] + "\"; this build has healthy",
		}},
		{"of another target, exactly this test", "TORTURE_REPLAY=" + line[3] + " go test -run '^TestPasted$/^healthy$'", 1, []string{"of another target"}},
		{"of another version", line[2] + "LT1" + line[3][3:] + line[4], 1, []string{"printed by another version (LT1-)"}},
		{"damaged", line[2] + line[3] + "A" + line[4], 1, []string{"TORTURE_REPLAY: torture: bad replay token"}},
		{"no such file", line[2] + "nothing.ltrace" + line[4], 1, []string{`bad replay token "nothing.ltrace": neither a token (LT2-...) nor a file`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, output := shell(t, c.line, dir)
			assert.Equal(t, c.code, code, output)
			for _, text := range c.says {
				assert.Contains(t, output, text)
			}
			assert.NotContains(t, output, "images of", "only the replay runs")
		})
	}
}
