package schedule_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// build returns the wasm module of testdata/toy.
var build = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "toy")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	module := filepath.Join(dir, "toy.wasm")
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", module, "./testdata/toy")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w: %s", err, out)
	}
	return os.ReadFile(module)
})

// load returns the compiled toy. It is compiled once and never closed.
var load = sync.OnceValues(func() (*schedule.Program, error) {
	module, err := build()
	if err != nil {
		return nil, err
	}
	return schedule.Load(context.Background(), module, "")
})

func toy(t *testing.T) *schedule.Program {
	t.Helper()
	needGo(t)
	p, err := load()
	require.NoError(t, err)
	return p
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command in PATH, to build the program")
	}
}

// run runs one part of the toy and returns what it printed.
func run(t *testing.T, seed uint64, part string) (schedule.Outcome, string) {
	t.Helper()
	var out bytes.Buffer
	o, err := toy(t).Run(t.Context(), seed, schedule.Job{Args: []string{"toy", part}, Stdout: &out, Stderr: &out})
	require.NoError(t, err)
	return o, out.String()
}

func TestTheSameSeedGivesTheSameRun(t *testing.T) {
	want, wantText := run(t, 7, "order")
	for range 19 {
		got, text := run(t, 7, "order")
		require.Equal(t, wantText, text)
		require.Equal(t, want, got)
	}
}

func TestSeedsGiveDifferentSchedules(t *testing.T) {
	orders, hashes, switches := map[string]bool{}, map[uint64]bool{}, uint64(0)
	for seed := range uint64(20) {
		o, text := run(t, seed, "order")
		switches += o.Switches
		orders[text[:80]], hashes[o.Hash] = true, true
	}
	require.NotZero(t, switches, "goroutines never switch; the Go runtime may have changed")
	require.Len(t, hashes, 20)
	require.Greater(t, len(orders), 6, "seeds do not change the order in which four goroutines take a mutex")
}

// Each access in part overdraw is locked; the bug is in their combination. Most schedules do not show it.
func TestASweepFindsAnOrderingBugThatReplaysFromItsSeed(t *testing.T) {
	p, job := toy(t), schedule.Job{Args: []string{"toy", "overdraw"}}
	swept, err := p.Sweep(t.Context(), schedule.Seeds{First: 1, Last: 2000}, job)
	require.NoError(t, err)
	require.True(t, swept.Failed, "not found in %d seeds", swept.Ran)
	require.Greater(t, swept.Seed, uint64(1), "the bug must not show in every schedule")
	require.Equal(t, "overdrawn: -10\n", string(swept.Stdout))
	for range 20 {
		again, text := run(t, swept.Seed, "overdraw")
		require.Equal(t, swept.Outcome, again)
		require.Equal(t, string(swept.Stdout), text)
	}
	for seed := uint64(1); seed < swept.Seed; seed++ {
		o, _ := run(t, seed, "overdraw")
		require.Zero(t, o.ExitCode, "seed %d is lower than %d and fails", seed, swept.Seed)
	}
	t.Logf("seed %d, after %d runs", swept.Seed, swept.Ran)
}

func TestAProgramThatReachesItsLimitIsStopped(t *testing.T) {
	o, err := toy(t).Run(t.Context(), 1, schedule.Job{Args: []string{"toy", "endless"}, Limit: 1e6})
	require.NoError(t, err)
	require.True(t, o.Endless)
	require.NotZero(t, o.ExitCode)
	require.Contains(t, o.Trap, "limit")
}

func TestASweepOfACorrectProgramPasses(t *testing.T) {
	swept, err := toy(t).Sweep(t.Context(), schedule.Seeds{First: 1, Last: 200}, schedule.Job{Args: []string{"toy", "careful"}})
	require.NoError(t, err)
	require.False(t, swept.Failed)
	require.Equal(t, uint64(200), swept.Ran)
	require.Equal(t, uint64(1), swept.Seed)
}

func TestASweepFindsADeadlock(t *testing.T) {
	swept, err := toy(t).Sweep(t.Context(), schedule.Seeds{First: 1, Last: 2000}, schedule.Job{Args: []string{"toy", "philosophers"}})
	require.NoError(t, err)
	require.True(t, swept.Failed, "not found in %d seeds", swept.Ran)
	require.Equal(t, uint32(2), swept.ExitCode)
	require.Contains(t, string(swept.Stderr), "all goroutines are asleep - deadlock!")
}

func TestASweepEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := toy(t).Sweep(ctx, schedule.Seeds{First: 1, Last: 1 << 63}, schedule.Job{Args: []string{"toy", "careful"}})
	require.ErrorIs(t, err, context.Canceled)
}

func TestEndsOfProgramsAreExitCodes(t *testing.T) {
	for _, row := range []struct {
		part string
		code uint32
		says string
	}{
		{"careful", 0, ""},
		{"nonsense", 1, "no such part"},
		{"panic", 2, "panic: on purpose"},
		{"deadlock", 2, "all goroutines are asleep - deadlock!"},
		{"exit", 7, ""},
	} {
		o, text := run(t, 1, row.part)
		require.Equal(t, row.code, o.ExitCode, row.part)
		require.Empty(t, o.Trap, row.part)
		require.Contains(t, text, row.says)
	}
}

func TestSleepingCostsNothing(t *testing.T) {
	_, text := run(t, 1, "sleep")
	require.Equal(t, "2026-01-01 24h0m0s\n", text)
}

func TestAProgramSeesItsSurroundings(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "given.txt"), []byte("hello"), 0o600))
	var out, err bytes.Buffer
	_, failed := toy(t).Run(t.Context(), 9, schedule.Job{
		Args: []string{"toy", "surroundings", "argument"}, Env: []string{"GIVEN=variable"}, Dir: dir,
		Stdin: strings.NewReader("typed"), Stdout: &out, Stderr: &err,
	})
	require.NoError(t, failed)
	require.Equal(t, "in "+dir+` <nil>
read "hello" <nil>
written here: false
written there: true
standard input "typed" <nil>
9 variable [surroundings argument]
`, out.String())
	require.Equal(t, "standard error\n", err.String())
	require.NoFileExists(t, filepath.Join(dir, "new.txt"))
}

// The counts in these modules claim billions of items. Without limits, reading them takes all memory, or hours.
func TestAModuleWithAbsurdCountsIsRefusedAtOnce(t *testing.T) {
	const huge = "\xff\xff\xff\xff\x0f" // 2³² - 1
	yield := "\x01\x16wasi_snapshot_preview1\x0bsched_yield\x00\x00"
	section := func(id byte, body string) string { return string([]byte{id, byte(len(body))}) + body }
	before := "\x00asm\x01\x00\x00\x00" + section(2, yield) + section(3, "\x00") + section(6, "\x08") + section(7, "\x00")
	for name, module := range map[string]string{
		"imports":   "\x00asm\x01\x00\x00\x00" + section(2, huge),
		"functions": before + section(10, huge),
		"locals":    before + section(10, "\x01\x05"+huge),
	} {
		var was, is runtime.MemStats
		runtime.ReadMemStats(&was)
		_, err := schedule.Load(t.Context(), []byte(module), "")
		runtime.ReadMemStats(&is)
		require.ErrorIs(t, err, schedule.ErrNotGo, name)
		require.ErrorContains(t, err, "damaged", name)
		require.Less(t, is.TotalAlloc-was.TotalAlloc, uint64(1<<20), name)
	}
}

func TestAnythingButAGoProgramIsRefused(t *testing.T) {
	needGo(t)
	module, err := build()
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"nothing":                          nil,
		"an executable of this system":     []byte("\x7fELF and so on"),
		"a module without anything":        []byte("\x00asm\x01\x00\x00\x00"),
		"a module of another compiler":     []byte("\x00asm\x01\x00\x00\x00\x02\x07\x01\x01a\x01b\x00\x00"),
		"a section longer than the module": []byte("\x00asm\x01\x00\x00\x00\x02\x7f\x01"),
		"half a program":                   module[:len(module)/2],
		"a program without its end":        module[:len(module)-1],
	} {
		_, err := schedule.Load(t.Context(), bad, "")
		require.ErrorIs(t, err, schedule.ErrNotGo, name)
	}
}
