package wasidisk_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
	"github.com/lightningdb/lightning-torture/workloads/wasidisk"
)

var (
	loaded  sync.Once
	program *schedule.Program
	failed  error
)

// build builds the program of testdata/calls for the given goos; empty: for the host.
func build(t testing.TB, goos string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go tool to build the program with")
	}
	_, err := os.Stat("testdata/calls/main.go") // makes go test's cache notice changes of the file
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "calls")
	cmd := exec.Command("go", "build", "-o", out, "./testdata/calls")
	if goos != "" {
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=wasm", "CGO_ENABLED=0")
	}
	printed, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", printed)
	return out
}

// load returns the program of testdata/calls for wasip1. It is compiled once and never closed.
func load(t testing.TB) *schedule.Program {
	t.Helper()
	loaded.Do(func() {
		var code []byte
		if code, failed = os.ReadFile(build(t, "wasip1")); failed == nil {
			program, failed = schedule.Load(context.Background(), code, schedule.UserCache())
		}
	})
	require.NoError(t, failed)
	return program
}

// run runs one part of the program on a disk that it sees at /db, and returns what it printed.
func run(t testing.TB, disk *faultfs.FS, part string) string {
	t.Helper()
	var out bytes.Buffer
	outcome, err := load(t).Run(t.Context(), 1, schedule.Job{
		Args: []string{"calls", part, "/db"}, Stdout: &out, Stderr: &out,
		Files: files(disk),
	})
	require.NoError(t, err)
	require.Zero(t, outcome.ExitCode, "%s", out.String())
	return out.String()
}

// files returns a tree with a disk at /db.
func files(disk *faultfs.FS) *wasidisk.Files {
	return wasidisk.New(
		wasidisk.Mount{Path: "/db", FS: disk},
		wasidisk.Mount{Path: schedule.TempDir, FS: faultfs.New(faultfs.Options{})},
	)
}

func TestAProgramSeesTheSameAsOnTheHost(t *testing.T) {
	native, err := exec.Command(build(t, ""), "all", t.TempDir()).CombinedOutput()
	require.NoError(t, err, "%s", native)
	disk := faultfs.New(faultfs.Options{})
	require.Equal(t, strings.Split(string(native), "\n"), strings.Split(run(t, disk, "all"), "\n"))
	require.Empty(t, disk.OpenFiles())
}

func TestTheCallsOfAProgramAreRecorded(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	printed := run(t, disk, "store")
	require.Contains(t, printed, "rename to elsewhere: EXDEV")
	require.Contains(t, printed, "write elsewhere: EROFS")
	var ops []string
	for _, op := range disk.Trace() {
		ops = append(ops, op.String())
	}
	require.Equal(t, []string{
		"1 create log", "2 write log [0,10)", "3 sync log", "4 sync .", "5 create new", "6 write new [0,7)",
		"7 rename new -> current",
	}, ops)
}

func TestErrorsKeepTheirIdentity(t *testing.T) {
	for _, c := range []struct{ rule, says string }{
		{"enospc write log", "write: ENOSPC 0"},
		{"eio write log", "write: EIO 0"},
		{"enospc create new", "write a file: ENOSPC"},
		{"failed sync log", "sync: EIO"},
		{"eio rename current", "rename: EIO"},
	} {
		rule, err := faultfs.ParseRule(c.rule)
		require.NoError(t, err)
		disk := faultfs.New(faultfs.Options{Rules: []*faultfs.Rule{rule}})
		require.Contains(t, run(t, disk, "failing"), c.says, "%s", c.rule)
	}
}

func TestOpeningAFileDoesNotDecideItsSize(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	run(t, disk, "store")
	point := faultfs.NewTimeline(disk, faultfs.Model{Profile: faultfs.PosixMin()}, 0).Advance(2)
	var seen []string
	_, err := faultfs.Explore(point, faultfs.ImageOptions{}, func(image *faultfs.FS) error {
		first, _, _ := strings.Cut(run(t, image, "look"), "\n")
		seen = append(seen, first)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"open: ENOENT", "open: ok"}, seen)
}

// life is what a program did on a crash image.
type life struct {
	printed string
	outcome schedule.Outcome
	trace   []faultfs.Op
	fates   map[uint64]string
}

func TestARestoredInstanceRunsLikeANewOne(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	run(t, disk, "store")
	job := schedule.Job{Args: []string{"calls", "recover", "/db"}}
	again := load(t).Again(7, job)
	fresh := onEveryImage(t, disk, func(files schedule.Files, out io.Writer) (schedule.Outcome, error) {
		job.Files, job.Stdout, job.Stderr = files, out, out
		return load(t).Run(t.Context(), 7, job)
	})
	putBack := onEveryImage(t, disk, func(files schedule.Files, out io.Writer) (schedule.Outcome, error) {
		return again.Run(t.Context(), files, out, out)
	})
	require.NoError(t, again.Close())
	require.Greater(t, len(fresh), 20)
	require.Equal(t, fresh, putBack)
	require.Less(t, again.Starts(), len(fresh)/3, "instances are restored until their memory has grown too much")
}

// onEveryImage runs a program on every disk that a crash could leave.
func onEveryImage(
	t *testing.T, disk *faultfs.FS, run func(schedule.Files, io.Writer) (schedule.Outcome, error),
) (lives []life) {
	t.Helper()
	line := faultfs.NewTimeline(disk, faultfs.Model{Profile: faultfs.PosixMin()}, 0)
	for _, op := range disk.Trace() {
		_, err := faultfs.Explore(line.Advance(op.Tick), faultfs.ImageOptions{}, func(image *faultfs.FS) error {
			var printed bytes.Buffer
			outcome, err := run(files(image), &printed)
			lives = append(lives, life{printed.String(), outcome, image.Trace(), image.Fates()})
			return err
		})
		require.NoError(t, err)
	}
	return lives
}
