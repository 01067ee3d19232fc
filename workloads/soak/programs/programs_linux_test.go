package programs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program/hosted"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/programs"
)

// TestMain also makes this binary the stages of the programs here.
func TestMain(m *testing.M) {
	stage.Main(native.Job())
	os.Exit(m.Run())
}

// work writes a note for each of two steps, syncs it if there is a file "synced" next to the script, and acknowledges
// it.
const work = `seed=$TORTURE_SEED; [ -n "$seed" ] || exit 9
for i in 1 2; do
	echo "note $i" >"$1/tmp"
	[ -e "$(dirname "$0")/synced" ] && sync "$1/tmp"
	mv "$1/tmp" "$1/$i" || exit 3
	sync "$1" || exit 4
	echo $i >>"$1/.torture/ack"
done`

const check = `while read i; do
	[ "$(cat "$1/$i")" = "note $i" ] || { echo "$i is lost"; exit 1; }
done <"$2"`

// script writes a script to a directory and returns the command that runs it.
func script(t *testing.T, dir, name, text string, args ...string) []string {
	t.Helper()
	file := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return append([]string{"sh", file}, args...)
}

// subject returns what tortures a program, and a task of its campaign.
func subject(t *testing.T, way string, spec any) (*programs.Subject, *lap.Task) {
	t.Helper()
	text, err := json.Marshal(spec)
	require.NoError(t, err)
	p := &campaign.Program{Way: way, Spec: text, Images: 32}
	s, err := programs.New(p)
	require.NoError(t, err)
	return s, &lap.Task{
		Spec: &campaign.Spec{Version: 1, Program: p, Points: 6}, Profile: "posix-min", Fault: "power", Seed: 7, Dir: t.TempDir(), Workers: 1,
		Save: func(string) bool { return true }, Progress: func(uint64) {},
	}
}

// native returns a subject that is a shell script, and the directory of the script.
func shell(t *testing.T) (*programs.Subject, *lap.Task, string) {
	t.Helper()
	if err := stage.Possible(t.Context()); err != nil {
		t.Skip("FUSE cannot be used here: ", err)
	}
	dir := t.TempDir()
	s, task := subject(t, programs.Native, native.Spec{
		Program: script(t, dir, "work.sh", work, "{dir}"), Check: script(t, dir, "check.sh", check, "{dir}", "{acks}"),
	})
	return s, task, dir
}

// A finding is shown by the program as it is when it is looked for, not by what was once recorded.
func TestAFindingIsGoneOnceTheProgramIsFixed(t *testing.T) {
	t.Parallel()
	s, task, dir := shell(t)
	c, err := s.Cell(t.Context(), task)
	require.NoError(t, err)
	require.Equal(t, ledger.Failed, c.Outcome, c.Reasons)
	require.Len(t, c.Findings, 1)
	f := c.Findings[0]
	require.Equal(t, "checker", f.Judge)
	require.Contains(t, f.Sentence, " is lost: ")
	require.Contains(t, f.Sentence, "was acknowledged before the write of tmp was durable")
	require.Equal(t, filepath.Join("findings", f.ID+lrec.Ext), f.File)
	require.Equal(t, c.Images, c.Profiles["posix-min"])

	task.Finding = filepath.Join(task.Dir, f.File)
	var told ledger.Replay
	require.NoError(t, s.Again(t.Context(), task, 3, &told))
	require.Equal(t, ledger.Replay{Attempts: 1, Hits: 1}, told)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "synced"), nil, 0o600))
	told = ledger.Replay{}
	require.NoError(t, s.Again(t.Context(), task, 3, &told))
	require.Equal(t, ledger.Replay{Attempts: 3}, told)
	c, err = s.Cell(t.Context(), task)
	require.NoError(t, err)
	require.Equal(t, ledger.Passed, c.Outcome, c.Reasons)
	require.Positive(t, c.Images)
	require.Empty(t, c.Findings)
}

func TestAFaultHitsACallOfTheProgram(t *testing.T) {
	t.Parallel()
	s, task, dir := shell(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "synced"), nil, 0o600))
	for _, fault := range []string{"failed-fsync", "eio"} {
		task.Fault = fault
		c, err := s.Cell(t.Context(), task)
		require.NoError(t, err)
		for _, reason := range c.Reasons {
			require.NotContains(t, reason, "a fault hit nothing")
		}
	}
	task.Fault = "eio write nth=99"
	c, err := s.Cell(t.Context(), task)
	require.NoError(t, err)
	require.Equal(t, ledger.Unclear, c.Outcome)
	require.Contains(t, c.Reasons[0], "a fault hit nothing")

	require.NoError(t, programs.CheckFault("eio write nth=99"))
	require.ErrorContains(t, programs.CheckFault("rust"), "the faults of a program are power, eio, enospc, failed-fsync, short-write")
	require.Error(t, programs.CheckFault("eio nothing"))
}

func TestTheCanaryOfProgramsIsCaught(t *testing.T) {
	t.Parallel()
	s, _, _ := shell(t)
	sight, err := s.Canary(t.Context(), 3)
	require.NoError(t, err)
	require.True(t, sight.Caught, sight.Reason)
	require.Positive(t, sight.Images)
}

func TestAGoProgramIsTorturedThroughWebAssembly(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command in PATH, to build the store")
	}
	const store = "../../program/wasm/testdata/store"
	_, err := os.Stat(filepath.Join(store, "main.go")) // tells go test that the result depends on this file
	require.NoError(t, err)
	for bug, outcome := range map[string]ledger.Outcome{"BUG=newlog": ledger.Failed, "BUG=": ledger.Passed} {
		s, task := subject(t, wasm.Name, hosted.New(wasm.Spec{Env: []string{bug}}, &native.Spec{
			Program: []string{store, "work", "{dir}"}, Check: []string{store, "check", "{dir}", "{acks}"},
		}))
		task.Spec.Points = 0
		c, err := s.Cell(t.Context(), task)
		require.NoError(t, err)
		require.Equal(t, outcome, c.Outcome, "%s: %v", bug, c)
		if outcome == ledger.Passed {
			continue
		}
		sight, err := s.Canary(t.Context(), 3)
		require.NoError(t, err)
		require.True(t, sight.Caught, sight.Reason)
		task.Finding = filepath.Join(task.Dir, c.Findings[0].File)
		var told ledger.Replay
		require.NoError(t, s.Again(t.Context(), task, 3, &told))
		require.Equal(t, 1, told.Hits, "%+v", told)
	}
}
