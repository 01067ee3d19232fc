package schemas

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	execcmd "github.com/lightningdb/lightning-torture/cmd/exec"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/mutants"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// asCommand is the environment variable that makes this test binary run as the command. The lab starts its own binary as
// child processes, so these run as the command too.
const asCommand = "LIGHTNING_SCHEMAS_COMMAND"

func TestMain(m *testing.M) {
	kernel.ServeIfAsked()
	stage.Main(native.Job(), kernel.Job())
	if os.Getenv(asCommand) != "" {
		cli.Main(cli.App{
			Name: "lab", Targets: []torture.Target{lightning.Target(), forgetful()}, Bench: []bench.Engine{lightning.Engine()},
			Commands: []*cobra.Command{execcmd.Command()}, Saved: []cli.Saved{execcmd.Saved()},
		})
	}
	os.Exit(m.Run())
}

// forgetful is a store with a file per key. It promises durability and never syncs.
func forgetful() torture.Target {
	return torture.Target{
		Name: "forgetful", Promises: torture.Promises{SyncSurvivesPowerCut: true},
		Open: func(env torture.Env) (workloads.Store, error) {
			disk := afero.NewBasePathFs(env.FS, env.Dir)
			name := hex.EncodeToString
			return workloads.Plain{
				Get: func(key []byte) ([]byte, bool, error) {
					value, err := afero.ReadFile(disk, "k"+name(key))
					if errors.Is(err, fs.ErrNotExist) {
						return nil, false, nil
					}
					return value, err == nil, err
				},
				Put:    func(key, value []byte) error { return afero.WriteFile(disk, "k"+name(key), value, 0o666) },
				Delete: func(key []byte) error { return disk.RemoveAll("k" + name(key)) },
				Pairs: func(visit func(key, value []byte)) error {
					return afero.Walk(disk, ".", func(path string, info fs.FileInfo, err error) error {
						if err != nil || info.IsDir() {
							return err
						}
						key, err := hex.DecodeString(strings.TrimPrefix(filepath.Base(path), "k"))
						if err != nil {
							return err
						}
						value, err := afero.ReadFile(disk, path)
						visit(key, value)
						return err
					})
				},
				Close: func() error { return nil },
			}.Store(), nil
		},
	}
}

// anyCode stands for any exit code that is a verdict.
const anyCode = -1

// command runs the command, checks that its exit code is code, and returns its output.
func command(t *testing.T, code int, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if _, ended := errors.AsType[*exec.ExitError](err); !ended {
		require.NoError(t, err)
	}
	if code == anyCode {
		require.Contains(t, []int{0, 1, 3}, cmd.ProcessState.ExitCode(), stderr.String())
		return string(out)
	}
	require.Equal(t, code, cmd.ProcessState.ExitCode(), "%s\n%s\n%.2000s", args, stderr.String(), out)
	return string(out)
}

// TestOutputsMatchTheirSchemas runs the commands, where possible on a store with a bug, so that their output has findings.
func TestOutputsMatchTheirSchemas(t *testing.T) {
	dir := t.TempDir()
	save := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	run := []string{"run", "-w", "kv", "-f", "power", "--ops", "20", "-q", "--format", "json", "--dir", dir}
	healthy := command(t, anyCode, append(run, "--for", "1s", "--limit", "1s")...) // any verdict: one second may be too short for a pass
	matches(t, "run", healthy)
	failing := command(t, 1, append(run, "--engine", "forgetful", "--rounds", "1", "--stop-after", "1")...)
	matches(t, "run", failing)
	matches(t, "run-audit", command(t, 0, "run", "--audit", "--engine", "forgetful", "-w", "kv", "--format", "json"))
	matches(t, "report-diff", command(t, 1, "report", "diff", "--format", "json", save("a.json", strings.Replace(healthy, `"lightning"`, `"forgetful"`, 1)), save("b.json", failing)))

	files, err := filepath.Glob(filepath.Join(dir, "findings", "*.ltrace"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	matches(t, "replay", command(t, 1, "replay", "--format", "json", files[0]))
	matches(t, "check", command(t, 1, "check", "--format", "json", files[0]))

	matches(t, "litmus", command(t, 0, "litmus", "--format", "json"))
	matches(t, "bench", command(t, 0, "bench", "--entries", "100", "--rounds", "1", "--work", "put-nosync,mixed", "--wait", "0", "--format", "json", "-q"))
}

func TestJudgedHistoriesMatchTheirSchemas(t *testing.T) {
	ops := []history.Op{
		{ID: 0, Kind: history.Put, Call: 1, Return: 2, Writes: []history.Write{{Key: []byte("a"), Value: []byte("1")}}, Outcome: history.Acked},
		{ID: 1, Kind: history.Get, Call: 3, Return: 4, Reads: []history.Read{{Key: []byte("a")}}, Outcome: history.Acked},
	}
	var file bytes.Buffer
	require.NoError(t, history.Encode(&file, ops))
	_, lines, _ := strings.Cut(file.String(), "\n") // without the header
	matches(t, "history-op", lines)
	name := filepath.Join(t.TempDir(), "h.jsonl")
	require.NoError(t, os.WriteFile(name, file.Bytes(), 0o666))
	matches(t, "judge", command(t, 1, "judge", "--format", "json", name))
}

func TestASoakAndItsLedgerMatchTheirSchemas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "night")
	out := command(t, 1, "soak", "--dir", dir, "--engine", "forgetful", "-w", "kv", "-f", "power", "--points", "5", "--ops", "5", "--laps", "1",
		"--life", "0", "--format", "json", "-q")
	matches(t, "soak", out)
	matches(t, "soak", command(t, 1, "soak", "report", "--format", "json", dir))
	segments, err := filepath.Glob(filepath.Join(dir, "ledger*"))
	require.NoError(t, err)
	require.NotEmpty(t, segments)
	for _, segment := range segments {
		text, err := os.ReadFile(segment)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			var l struct {
				Event json.RawMessage `json:"event"`
			}
			require.NoError(t, json.Unmarshal([]byte(line), &l))
			matches(t, "ledger-event", string(l.Event))
		}
	}
	known, err := json.Marshal([]ledger.Verdict{{ID: "0a6c794394", Reason: "being fixed", Until: "2026-12-31"}})
	require.NoError(t, err)
	matches(t, "known", string(known))
}

func TestTorturedProgramsMatchTheirSchemas(t *testing.T) {
	if _, err := os.Stat("/dev/fuse"); err != nil || os.Getuid() != 0 {
		t.Skip("exec mounts a filesystem, which needs Linux, root and /dev/fuse")
	}
	dir := t.TempDir()
	check := filepath.Join(dir, "check")
	require.NoError(t, os.WriteFile(check, []byte("grep -q f $2 || exit 0\ntest -s $1/f || exit 1\n"), 0o666))
	program := []string{"--", "sh", "-c", "echo one > $0/f; echo f >> $0/.torture/ack", "{dir}"}
	args := []string{"exec", "--check", "sh " + check + " {dir} {acks}", "--format", "json", "--dir", dir}
	matches(t, "exec", command(t, 1, append(args, program...)...))
	matches(t, "exec-audit", command(t, 0, append([]string{"exec", "--audit", "--format", "json", "--dir", dir}, program...)...))
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*"+execcmd.Saved().Ext))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	matches(t, "exec-replay", command(t, 1, "replay", "--format", "json", files[0]))
}

func TestScoresOfMutantsMatchTheirSchemas(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example.com/m\n\ngo 1.26\n",
		"m.go":      "package m\n\n// Max returns the larger number.\nfunc Max(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
		"m_test.go": "package m\n\nimport \"testing\"\n\nfunc TestMax(t *testing.T) {\n\tif Max(2, 1) != 2 {\n\t\tt.Fatal(\"2\")\n\t}\n}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	args := []string{"mutate", ".", "--dir", dir, "--kind", "negate-condition", "--format", "json", "-q"}
	matches(t, "mutate", command(t, 0, args...))
	matches(t, "mutate-score", command(t, 0, append(args, "--sample", "1", "--judge", "tests=go test ./...")...))

	var known bytes.Buffer // the command builds the engine for each mutant
	outcome := mutants.Outcome{Mutant: "01-sst-without-sync", Verdict: mutants.Killed, Seconds: 1, Fault: "power", Sentence: "it is lost"}
	require.NoError(t, mutants.NewReport([]mutants.Outcome{outcome, {Mutant: "02", Verdict: mutants.Survived}}).WriteJSON(&known))
	matches(t, "mutants", known.String())
}
