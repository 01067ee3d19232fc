package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// workbench runs the command with a fake lab, which returns what the test tells it to.
type workbench struct {
	*tool
	out, err bytes.Buffer
	env      map[string]string
	asked    torture.Options // the options of the last check
	dir      string
}

func newWorkbench(t *testing.T, result *torture.Result, checkErr error) *workbench {
	t.Helper()
	b := &workbench{env: map[string]string{}, dir: filepath.Join(t.TempDir(), "out")}
	b.tool = &tool{
		name:   binary{short: "lightning-torture", command: "lightning-torture"},
		stdout: &b.out, stderr: &b.err, getenv: func(name string) string { return b.env[name] },
		now:      func() time.Time { return time.Date(2026, 11, 23, 4, 30, 0, 0, time.UTC) },
		width:    func(io.Writer) int { return 0 },
		programs: litmus.Programs,
		app:      App{Targets: []torture.Target{{Name: "lightning"}, {Name: "pebble"}}},
		check: func(_ context.Context, _ torture.Target, opts torture.Options) (*torture.Result, error) {
			b.asked = opts
			return result, checkErr
		},
	}
	return b
}

func (b *workbench) exec(args []string) int { return execute(b.tool, args) }

// run runs the command run with the output directory of the workbench.
func (b *workbench) run(args ...string) int {
	return b.exec(append([]string{"run", "--dir", b.dir}, args...))
}

func verdict(v checker.Verdict) *torture.Result {
	return &torture.Result{Version: 1, Verdict: v, Engine: "lightning", Seed: 7, Images: 512}
}

func TestExitCodeSaysWhatHappened(t *testing.T) {
	for name, test := range map[string]struct {
		result *torture.Result
		err    error
		code   int
		stderr string
	}{
		"pass":         {result: verdict(checker.Pass), code: 0},
		"violation":    {result: verdict(checker.Fail), code: 1},
		"inconclusive": {result: verdict(checker.Inconclusive), code: 3},
		"bad name": {
			err:  fmt.Errorf("%w: unknown workload %q; choose one of bank, kv", torture.ErrConfig, "bnak"),
			code: 2, stderr: "lightning-torture: unknown workload \"bnak\"; choose one of bank, kv\n",
		},
		"host": {
			err:  fmt.Errorf("%w: write x: no space left on device", torture.ErrHost),
			code: 4, stderr: "lightning-torture: the host is at fault: write x: no space left on device\n",
		},
		"anything else": {
			err: errors.New("torture: two\nlines"), code: 4, stderr: "lightning-torture: two; lines\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newWorkbench(t, test.result, test.err)
			require.Equal(t, test.code, b.run())
			require.Equal(t, test.stderr, b.err.String())
			require.Equal(t, test.err != nil, b.out.Len() == 0, "standard output has only the result")
		})
	}
}

func TestFlagsReachTheLab(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Pass), nil)
	require.Zero(t, b.run("-w", "bank, kv", "--workload=append", "-f", "eio write *.log nth=3", "--profile", "xfs", "--device", "tear=byte",
		"--scenario", "power", "--seed", "18446744073709551615", "--for", "90s", "--rounds", "2", "--clients", "3",
		"--ops", "4", "--keys", "5", "--workers", "6", "--stop-after", "7", "--limit", "1h"))
	require.NotNil(t, b.asked.Progress)
	b.asked.Progress = nil
	require.Equal(t, torture.Options{
		Workloads: []string{"bank", "kv", "append"}, Faults: []string{"eio write *.log nth=3"}, Profile: "xfs",
		Device:   "tear=byte",
		Scenario: "power", Seed: 1<<64 - 1, For: 90 * time.Second, Rounds: 2, Clients: 3, Ops: 4, Keys: 5, Workers: 6,
		StopAfter: 7, Limit: time.Hour, Dir: b.dir,
	}, b.asked)
}

func TestAllStandsForEverything(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Pass), nil)
	require.Zero(t, b.run("-w", "all", "-f", "power,all"))
	require.Empty(t, b.asked.Workloads)
	require.Empty(t, b.asked.Faults)
}

func TestCommandOfTheReportAsksForTheSameRun(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Pass), nil)
	require.Zero(t, b.run("--format", "json", "-w", "bank,kv", "-f", "eio write *.log nth=3", "--for", "1m",
		"--ops", "9"))
	var r torture.Result
	require.NoError(t, json.Unmarshal(b.out.Bytes(), &r))
	require.Equal(t, "lightning-torture run --engine lightning --seed 1 -w bank -w kv -f 'eio write *.log nth=3'"+
		" --for 1m0s --ops 9", r.Provenance.Command)
	require.Equal(t, "2026-11-23T04:30:00Z", r.Provenance.Started)
	require.NotEmpty(t, r.Provenance.Tool)
}

func TestFormats(t *testing.T) {
	for format, start := range map[string]string{
		"text": "PASS  lightning kept", "json": `{"version":1,"verdict":"pass"`, "junit": "<?xml", "markdown": "## ✓ Pass",
	} {
		b := newWorkbench(t, verdict(checker.Pass), nil)
		require.Zero(t, b.run("--format", format))
		require.True(t, strings.HasPrefix(b.out.String(), start), b.out.String())
	}
}

func TestQuietPassIsOneLine(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Pass), nil)
	require.Zero(t, b.run("--quiet"))
	require.Equal(t, 1, strings.Count(b.out.String(), "\n"))
}

func TestReportIsWrittenWhereTheFlagsSay(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Fail), nil)
	require.Equal(t, 1, b.run())
	page, err := os.ReadFile(filepath.Join(b.dir, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), "<h1")
	require.Contains(t, b.out.String(), filepath.Join(b.dir, "report.html"))

	elsewhere := filepath.Join(t.TempDir(), "new", "page.html")
	require.Equal(t, 1, b.run("--html", elsewhere))
	require.FileExists(t, elsewhere)
}

func TestOutputLeavesNoProbesBehind(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Pass), nil)
	require.Zero(t, b.run())
	files, err := os.ReadDir(b.dir)
	require.NoError(t, err)
	require.Len(t, files, 1)

	elsewhere := t.TempDir()
	require.Zero(t, b.run("--html", filepath.Join(elsewhere, "page.html")))
	files, err = os.ReadDir(elsewhere)
	require.NoError(t, err)
	require.Len(t, files, 1)
}

func TestStatusLineIsClearedBeforeTheResult(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	b.width = func(io.Writer) int { return 80 }
	b.check = func(_ context.Context, _ torture.Target, opts torture.Options) (*torture.Result, error) {
		opts.Progress(torture.Progress{Elapsed: time.Second})
		return verdict(checker.Pass), nil
	}
	require.Zero(t, b.run())
	require.True(t, strings.HasSuffix(b.err.String(), "\r\x1b[K"), "%q", b.err.String())
}

func TestReportThatCannotBeWrittenDoesNotHideTheResult(t *testing.T) {
	b := newWorkbench(t, verdict(checker.Fail), nil)
	require.NoError(t, os.WriteFile(b.dir, nil, 0o600))
	require.Equal(t, 4, b.run())
	require.Contains(t, b.out.String(), "FAIL")
	require.NotContains(t, b.out.String(), "report.html")
	require.Contains(t, b.err.String(), b.dir+": not a directory")
}

func TestBadReportPathIsFoundBeforeTheRun(t *testing.T) {
	for name, args := range map[string][]string{
		"a directory":                         {"--html", os.TempDir()},
		"below a file":                        {"--html", "cli_test.go/report.html"},
		"in a directory that is not writable": {"--html", "/proc/self/report.html"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newWorkbench(t, nil, nil)
			b.check = func(context.Context, torture.Target, torture.Options) (*torture.Result, error) {
				require.Fail(t, "the run was started")
				return verdict(checker.Pass), nil
			}
			require.Equal(t, 4, b.run(args...))
			require.Contains(t, b.err.String(), args[1])
			require.Equal(t, 1, strings.Count(b.err.String(), "\n"))
			require.Empty(t, b.out.String())
		})
	}
}

func TestColor(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		tty  bool
		want bool
	}{
		"terminal":                      {tty: true, want: true},
		"pipe":                          {},
		"NO_COLOR":                      {tty: true, env: map[string]string{"NO_COLOR": "1"}},
		"empty NO_COLOR does not count": {tty: true, env: map[string]string{"NO_COLOR": ""}, want: true},
		"dumb terminal":                 {tty: true, env: map[string]string{"TERM": "dumb"}},
		"flag wins over NO_COLOR": {
			args: []string{"--color=always"}, env: map[string]string{"NO_COLOR": "1"}, want: true,
		},
		"flag wins over a terminal":       {args: []string{"--color=never"}, tty: true},
		"machine formats have no colours": {args: []string{"--color=always", "--format=json"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newWorkbench(t, verdict(checker.Pass), nil)
			b.getenv = func(key string) string { return test.env[key] }
			if test.tty {
				b.width = func(io.Writer) int { return 80 }
			}
			require.Zero(t, b.run(test.args...))
			require.Equal(t, test.want, strings.Contains(b.out.String(), "\x1b["))
		})
	}
}

func TestReplay(t *testing.T) {
	for name, test := range map[string]struct {
		result *torture.ReplayResult
		err    error
		code   int
		stdout string
	}{
		"seen again": {
			result: &torture.ReplayResult{Reproduced: true, Attempts: 5, Hits: 2},
			code:   1, stdout: "REPRODUCED  2 of 5",
		},
		"not seen": {result: &torture.ReplayResult{Attempts: 5}, code: 5, stdout: "NOT REPRODUCED  5 attempts"},
		"another course": {
			result: &torture.ReplayResult{Diverged: "at tick 3"}, code: 5, stdout: "NOT REPRODUCED  at tick 3",
		},
		"bad token":      {err: torture.ErrBadToken, code: 2},
		"unknown engine": {err: fmt.Errorf("%w: unknown engine", torture.ErrConfig), code: 2},
		"host":           {err: torture.ErrHost, code: 4},
	} {
		t.Run(name, func(t *testing.T) {
			b := newWorkbench(t, nil, nil)
			b.replay = func(
				_ context.Context, targets []torture.Target, token string, opts torture.ReplayOptions,
			) (*torture.ReplayResult, error) {
				require.Equal(t, "LT2-X", token)
				require.Equal(t, torture.ReplayOptions{Attempts: 5, Dir: ".torture"}, opts)
				require.Len(t, targets, 2)
				return test.result, test.err
			}
			require.Equal(t, test.code, b.exec([]string{"replay", "LT2-X", "--attempts", "5"}))
			require.Contains(t, b.out.String(), test.stdout)
		})
	}
}

func TestReplayAsJSON(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	b.replay = func(context.Context, []torture.Target, string, torture.ReplayOptions) (*torture.ReplayResult, error) {
		return &torture.ReplayResult{Attempts: 1}, nil
	}
	require.Equal(t, 5, b.exec([]string{"replay", "LT2-X", "--format", "json"}))
	require.JSONEq(t, `{"reproduced":false,"attempts":1,"hits":0}`, b.out.String())
}

func TestWrongLitmusProgramIsAViolation(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	p, err := litmus.Parse("L99-wrong.litmus", []byte(`id: L99
title: a new file, said to be durable
source: wishful thinking
program:
  create f
posix-min, lose-none:
  /f=
`))
	require.NoError(t, err)
	b.programs = func() []litmus.Program { return []litmus.Program{*p} }
	require.Equal(t, 1, b.exec([]string{"litmus", "--profile", "posix-min,lose-none"}))
	require.Contains(t, b.out.String(), "L99           wrong          1\n")
	require.Contains(t, b.out.String(), "L99 under posix-min: the model and the file disagree\n  extra    nothing\n")
	require.Contains(t, b.out.String(), "1 program under 2 profiles: 1 wrong.")
	require.Empty(t, b.err.String())
	b.out.Reset()
	require.Equal(t, 1, b.exec([]string{"litmus", "--profile", "posix-min", "--format", "json"}))
	require.JSONEq(t, `{"version":1,"programs":1,"profiles":1,"wrong":1,"rows":[{"id":"L99","title":"a new file, said to be durable",
		"verdicts":[{"profile":"posix-min","outcomes":1,"extra":["nothing"]}]}]}`, b.out.String())
}

func TestCompletionKnowsTheNames(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	require.Zero(t, b.exec([]string{"__complete", "run", "--engine", ""}))
	require.Contains(t, b.out.String(), "lightning\npebble\n")
}
