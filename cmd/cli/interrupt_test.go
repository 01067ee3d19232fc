//go:build unix

package cli

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestInterruptPrintsTheResultSoFar(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		t.Run(test.signal.String(), func(t *testing.T) {
			b := newWorkbench(t, nil, nil)
			b.check = func(ctx context.Context, _ torture.Target, _ torture.Options) (*torture.Result, error) {
				if err := syscall.Kill(os.Getpid(), test.signal); err != nil {
					return nil, err
				}
				<-ctx.Done()
				r := verdict(checker.Fail)
				r.Interrupted = true
				return r, nil
			}
			require.Equal(t, test.code, b.run())
			require.Contains(t, b.out.String(), "FAIL")
			require.Contains(t, b.out.String(), "Interrupted")
			require.FileExists(t, filepath.Join(b.dir, "report.html"))
		})
	}
}

func TestSignalAfterTheEndDoesNotChangeTheVerdict(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	b.check = func(ctx context.Context, _ torture.Target, _ torture.Options) (*torture.Result, error) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return verdict(checker.Pass), nil
	}
	require.Zero(t, b.run())
}

func TestInterruptedLabThatGivesUpIsNotAHostError(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	b.check = func(ctx context.Context, _ torture.Target, _ torture.Options) (*torture.Result, error) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	require.Equal(t, 130, b.run())
	require.Equal(t, "lightning-torture: stopped by signal: interrupt\n", b.err.String())
}

func TestInterruptedReplayIsNotADivergence(t *testing.T) {
	b := newWorkbench(t, nil, nil)
	b.replay = func(
		ctx context.Context, _ []torture.Target, _ string, _ torture.ReplayOptions,
	) (*torture.ReplayResult, error) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return &torture.ReplayResult{Attempts: 3}, nil
	}
	require.Equal(t, 130, b.exec([]string{"replay", "LT2-X"}))
	require.Contains(t, b.out.String(), "NOT REPRODUCED  3 attempts")
}

// TestSecondInterruptKills needs a process of its own, because the signal kills it.
func TestSecondInterruptKills(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // in case the command cannot be killed
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = []string{"stubborn", "run", "--dir", t.TempDir()}
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	for _, said := range []string{"running", "asked to stop"} {
		require.True(t, lines.Scan())
		require.Equal(t, said, lines.Text())
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
	}
	var died *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &died)
	status, ok := died.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, status.Signaled())
	require.Equal(t, syscall.SIGINT, status.Signal())
}
