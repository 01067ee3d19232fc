package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// doomed runs the command with an engine that ends the process when it is opened. The environment variable DOOM says how.
func doomed() {
	stdout := os.Stdout // saved before the output of engines is redirected
	t := newTool(App{Targets: []torture.Target{{Name: "lightning", Open: func(torture.Env) (workloads.Store, error) {
		switch os.Getenv("DOOM") {
		case "panic":
			go panic("the table is gone")
		case "flood":
			for range 100 {
				println(strings.Repeat("noise ", 1000)) // bypasses package os, like a C library
			}
			os.Exit(1)
		case "exit":
			os.Exit(0)
		case "log":
			log.Fatal("the disk is haunted")
		case "throw":
			new(sync.Mutex).Unlock()
		case "kill":
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
		case "wait":
			fmt.Fprintln(stdout, "waiting")
		}
		select {}
	}}}})
	os.Exit(execute(t, os.Args[1:]))
}

// runDoomed runs doomed in a process of its own.
func runDoomed(t *testing.T, doom string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	if !apart.Possible {
		t.Skip("needs Linux: elsewhere the engine runs in the command's own process")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args, cmd.Env = append([]string{"doomed"}, args...), append(os.Environ(), "DOOM="+doom)
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code is checked below
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestAnEngineThatEndsTheProcessIsAFinding(t *testing.T) {
	t.Parallel()
	for doom, want := range map[string]string{
		"panic": `^The engine panicked in a goroutine of its own, in \S+, and ended the process: the table is gone$`,
		"throw": `^The engine caused a fatal error of the Go runtime, in \S+, which ended the process: noticed by sync.\(\*Mutex\).\w+$`,
		"exit":  `^The engine ended the process with exit code 0, as os.Exit and log.Fatal do$`,
		"log":   `^The engine ended the process with exit code 1, as os.Exit and log.Fatal do; the last line of its log: .* the disk is haunted$`,
	} {
		t.Run(doom, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			code, stdout, stderr := runDoomed(t, doom, "run", "-w", "kv", "-f", "power", "--for", "1ms", "--format", "json", "--dir", dir)
			require.Equal(t, int(exit.Violation), code, stderr)
			var r torture.Result
			require.NoError(t, json.Unmarshal([]byte(stdout), &r), stderr)
			require.Equal(t, checker.Fail, r.Verdict)
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			require.Regexp(t, want, f.Sentence)
			require.Equal(t, "kv × power", f.Workload+" × "+f.Fault)
			require.FileExists(t, filepath.Join(dir, "report.html"))

			code, stdout, stderr = runDoomed(t, doom, "replay", f.Token, "--attempts", "3", "--dir", dir)
			require.Equal(t, int(exit.Violation), code, stderr)
			require.Contains(t, stdout, "REPRODUCED  3 of 3 attempts")
		})
	}
}

func TestAKilledProcessIsNotAFinding(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runDoomed(t, "kill", "run", "-w", "kv", "-f", "power", "--dir", t.TempDir())
	require.Equal(t, int(exit.HostFault), code)
	require.Empty(t, stdout)
	require.True(t, strings.HasSuffix(stderr, "was ended from outside, perhaps because memory ran out\n"), stderr)
}

// A command killed by SIGKILL cannot clean up. The next one does.
func TestTheNextCommandCleansUpAfterAKilledOne(t *testing.T) {
	if !apart.Possible {
		t.Skip("needs Linux: elsewhere there is no child process with a directory of its own")
	}
	t.Setenv("TMPDIR", t.TempDir())
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = []string{"doomed", "run", "-w", "kv", "-f", "power", "--dir", t.TempDir()}
	cmd.Env = append(os.Environ(), "DOOM=wait")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "waiting\n", line)

	code, _, stderr := runDoomed(t, "kill", "run", "-w", "kv", "-f", "power", "--dir", t.TempDir())
	require.Equal(t, int(exit.HostFault), code, stderr)
	require.Len(t, temporary(t), 1, "only the directory of the running command")
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	require.Len(t, temporary(t), 1)
	code, _, stderr = runDoomed(t, "kill", "run", "-w", "kv", "-f", "power", "--dir", t.TempDir())
	require.Equal(t, int(exit.HostFault), code, stderr)
	require.Empty(t, temporary(t))
}

func temporary(t *testing.T) []os.DirEntry {
	t.Helper()
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	return left
}

func TestTheOutputOfAnEngineIsLimited(t *testing.T) {
	t.Parallel()
	code, _, stderr := runDoomed(t, "flood", "run", "-w", "kv", "-f", "power", "--for", "1ms", "--dir", t.TempDir(), "--quiet")
	require.Equal(t, int(exit.Violation), code)
	require.True(t, strings.HasPrefix(stderr, "noise noise"), stderr)
	require.Regexp(t, `The engine printed \d{6,} more bytes, which are left out\.\n$`, stderr)
	require.Less(t, len(stderr), 2*printedMost)
}

// What an engine prints is not part of the result.
func TestTheOutputOfAnEngineIsNotInTheResult(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	was := os.Stdout
	b.check = func(context.Context, torture.Target, torture.Options) (*torture.Result, error) {
		require.Equal(t, os.Stderr, os.Stdout)
		return verdict(checker.Pass), nil
	}
	require.Zero(t, b.run("--quiet"))
	require.Equal(t, was, os.Stdout)
}
