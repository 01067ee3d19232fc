//go:build linux

package hostdisk

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain also lets the test binary act as the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("HOSTDISK_CHILD"); dir != "" {
		child(dir)
	}
	os.Exit(m.Run())
}

// child owns a temporary directory and a temporary file in dir, reports that, and waits to be killed.
func child(dir string) {
	s, err := NewScratch(dir, "test")
	if err == nil {
		err = os.WriteFile(filepath.Join(s.Dir, "large"), make([]byte, 1<<16), 0o600)
	}
	if err == nil {
		err = WriteFile(filepath.Join(dir, "report"), 0o644, func(w io.Writer) error {
			_, err := io.WriteString(w, "half of it")
			fmt.Println("ready", err)
			select {}
		})
	}
	fmt.Println(err)
	os.Exit(1)
}

// start starts a child and returns a function that kills it with SIGKILL.
func start(t *testing.T, dir string) (kill func()) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "HOSTDISK_CHILD="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready <nil>\n", line)
	return func() {
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed
	}
}

// left returns the numbers of temporary directories, temporary files and other entries in a directory.
func left(t *testing.T, dir string) (scratches, files, others int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), scratchPrefix):
			scratches++
		case strings.HasPrefix(e.Name(), savingPrefix):
			files++
		default:
			others++
		}
	}
	return scratches, files, others
}

func requireLeft(t *testing.T, dir string, scratches, files, others int) {
	t.Helper()
	s, f, o := left(t, dir)
	require.Equal(t, []int{scratches, files, others}, []int{s, f, o}, "temporary directories, temporary files, others")
}

func TestRemainsOfAKilledProcessAreRemovedByTheNext(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "of another program"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, scratchPrefix+"is a file"), nil, 0o600))
	killFirst := start(t, dir)
	killSecond := start(t, dir)
	requireLeft(t, dir, 3, 2, 1)
	killFirst()
	requireLeft(t, dir, 3, 2, 1)
	killThird := start(t, dir)
	requireLeft(t, dir, 3, 2, 1) // those of the first are gone, those of the second are not
	killSecond()
	killThird()
	s, err := NewScratch(dir, "test")
	require.NoError(t, err)
	require.NoError(t, WriteFile(filepath.Join(dir, "report"), 0o644, writes("whole")))
	requireLeft(t, dir, 2, 0, 2)
	require.NoError(t, s.Remove())
	requireLeft(t, dir, 1, 0, 2)
}

func TestAFileWithoutAnOwnerYetIsNotLost(t *testing.T) {
	dir := t.TempDir()
	done := make(chan error)
	for range 8 {
		go func() {
			for range 100 {
				sweepFiles(dir)
				abandoned(dir, scratchPrefix, func(info os.FileInfo) bool { return info.IsDir() }, os.RemoveAll)
			}
			done <- nil
		}()
		go func() {
			var err error
			for i := 0; i < 50 && err == nil; i++ {
				err = useOnce(dir)
			}
			done <- err
		}()
	}
	for range 16 {
		require.NoError(t, <-done)
	}
	requireLeft(t, dir, 0, 0, 1)
}

// useOnce creates and removes a temporary directory, and writes a file.
func useOnce(dir string) error {
	s, err := NewScratch(dir, "test")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "x"), nil, 0o600); err != nil {
		return err
	}
	if err := WriteFile(filepath.Join(dir, "report"), 0o644, writes("whole")); err != nil {
		return err
	}
	return s.Remove()
}
