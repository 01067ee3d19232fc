package exec_test

import (
	"bytes"
	"os"
	osexec "os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/exec"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
)

// store is the path of a package with a store, relative to this one.
const store = "../../workloads/program/wasm/testdata/store"

// execute runs the command and returns what it printed.
func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command()
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestAFindingThroughWebAssemblyReplaysFromOneLine(t *testing.T) {
	if _, err := osexec.LookPath("go"); err != nil {
		t.Skip("needs the go command in PATH, to build the store")
	}
	_, err := os.Stat(filepath.Join(store, "main.go")) // tells go test that the result depends on this file
	require.NoError(t, err)
	dir := t.TempDir()
	out, err := execute(t, "--on", "wasm", "--seed", "3", "--env", "BUG=newlog", "--dir", dir,
		"--check", store+" check {dir} {acks}", "--", store, "work", "{dir}")
	require.ErrorIs(t, err, exit.Violation)
	require.Contains(t, out, "w0-0 was acknowledged and is missing")
	require.Contains(t, out, "from 1 seed; the findings are those of seed 3")
	file := regexp.MustCompile(`lightning-torture replay (\S+)`).FindStringSubmatch(out)
	require.NotNil(t, file, out)
	var again bytes.Buffer
	err = exec.Saved().Again(t.Context(), &again, file[1], cli.SavedOptions{Attempts: 20})
	require.ErrorIs(t, err, exit.Violation)
	require.Contains(t, again.String(), "REPRODUCED  20 of 20 attempts failed in the same way.\n  each attempt ran the program from seed 3\n")
}

func TestFlagsOfAnotherWayAreRefused(t *testing.T) {
	for flag, args := range map[string][]string{
		"--sweep":   {"--sweep", "3", "--check", "check {dir}", "--", "program", "{dir}"},
		"--again":   {"--on", "wasm", "--again", "--check", "check {dir}", "--", "program", "{dir}"},
		"--stacks":  {"--on", "wasm", "--stacks", "--check", "check {dir}", "--", "program", "{dir}"},
		"--observe": {"--on", "wasm", "--observe", "--check", "check {dir}", "--", "program", "{dir}"},
		"--profile": {"--on", "ext4", "--profile", "xfs", "--check", "check {dir}", "--", "program", "{dir}"},
		"--audit":   {"--on", "btrfs", "--audit", "--", "program", "{dir}"},
		"--device":  {"--on", "xfs", "--device", "sector=4096", "--check", "check {dir}", "--", "program", "{dir}"},
	} {
		_, err := execute(t, args...)
		require.ErrorContains(t, err, flag+" means nothing on ")
	}
	_, err := execute(t, "--on", "wasm", "--check", "check {dir}", "--", "sqlite3", "{dir}")
	require.ErrorContains(t, err, "sqlite3 is neither a .wasm file nor a package of Go")
}

func TestAgainNeedsCopiesThatACheckerJudges(t *testing.T) {
	for want, args := range map[string][]string{
		"a second run of the program needs a checker": {"--again", "--dump", "dump {dir}", "--", "program", "{dir}"},
		"leave one of them out":                       {"--again", "--from", "run.lrec", "--check", "check {dir}"},
	} {
		_, err := execute(t, args...)
		require.ErrorContains(t, err, want)
	}
}

func TestStepsAreAskedForByTheProgram(t *testing.T) {
	for want, args := range map[string][]string{
		"say with --steps N how many":      {"--check", "check {dir}", "--", "program", "{dir}", "{steps}"},
		"pass {steps} as an argument":      {"--steps", "3", "--check", "check {dir} {steps}", "--", "program", "{dir}"},
		"--steps is a number from 1":       {"--steps", "-1", "--check", "check {dir}", "--", "program", "{dir}", "{steps}"},
		"which can no longer be shortened": {"--steps", "3", "--from", "x.lrec", "--check", "check {dir}"},
	} {
		_, err := execute(t, args...)
		require.ErrorContains(t, err, want)
	}
}

func TestAProgramOnWasmIsShownInItsShortestRun(t *testing.T) {
	if _, err := osexec.LookPath("go"); err != nil {
		t.Skip("needs the go command in PATH, to build the store")
	}
	dir := t.TempDir()
	out, err := execute(t, "--on", "wasm", "--steps", "4", "--env", "BUG=newlog", "--env", "WRITERS=1", "--dir", dir, "--check", store+" check {dir} {acks}",
		"--", store, "work", "{dir}", "{steps}")
	require.ErrorIs(t, err, exit.Violation)
	require.Contains(t, out, "  steps    1 suffices in place of 4\n")
	require.Contains(t, out, "passes on", "the other profiles are tried although the search ended with the first failure")
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*"+lrec.Ext))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	file, err := lrec.Load(files[0])
	require.NoError(t, err)
	require.Equal(t, []string{store, "work", "{dir}", "1"}, file.Recording.Program)
}

func TestFlagsOfServersGoTogether(t *testing.T) {
	program := []string{"--check", "check {acks}", "--", "server", "{dir}"}
	for want, args := range map[string][]string{
		"give --work COMMAND":              {"--ready", "port=80"},
		"say with --ready when":            {"--work", "client"},
		"--stop is for servers":            {"--stop", "SIGINT"},
		"a port is a number":               {"--ready", "port=http", "--work", "client"},
		"no signal is called SIGNAL":       {"--ready", "port=80", "--work", "client", "--stop", "SIGNAL"},
		"error parsing regexp":             {"--ready", "output=(", "--work", "client"},
		"would survive a crash":            {"--ready", "file={dir}/pid", "--work", "client"},
		"leave out --stacks":               {"--from", "x.lrec", "--stacks"},
		"leave out --setup":                {"--from", "x.lrec", "--setup", "initdb {dir}"},
		"--ready means nothing on wasm":    {"--on", "wasm", "--ready", "port=80"},
		"{tmp} is the directory for the s": {"--setup", "mkdir {tmp}"},
	} {
		rest := program
		if args[0] == "--from" {
			rest = program[:2]
		}
		_, err := execute(t, append(args, rest...)...)
		require.ErrorContains(t, err, want)
	}
}
