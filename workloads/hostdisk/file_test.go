package hostdisk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		for part := range strings.SplitAfterSeq(text, " ") {
			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	}
}

// content returns the content of a file, and the number of temporary files next to it.
func content(t *testing.T, disk afero.Fs, name string) (text string, temporary int) {
	t.Helper()
	data, err := afero.ReadFile(disk, name)
	require.NoError(t, err)
	left, err := afero.Glob(disk, filepath.Join(filepath.Dir(name), savingPrefix+"*"))
	require.NoError(t, err)
	return string(data), len(left)
}

// Every call fails in turn, in every way. The file then has either its previous content or its whole new content.
func TestAFailedWriteLeavesAWholeFile(t *testing.T) {
	const before, after = "what was there before", "what comes after it, which is longer"
	for _, effect := range []string{"eio any", "enospc any", "short write", "failed sync"} {
		for _, key := range []string{"nth", "from"} {
			failed := 0
			for n := 1; ; n++ {
				disk := faultfs.New(faultfs.Options{})
				require.NoError(t, disk.Mkdir("/dir", 0o777))
				require.NoError(t, writeFile(disk, "/dir/file", 0o644, writes(before)))
				rule, err := faultfs.ParseRule(fmt.Sprintf("%s %s=%d", effect, key, n))
				require.NoError(t, err)
				disk.SetRules(rule)
				writeErr := writeFile(disk, "/dir/file", 0o644, writes(after))
				disk.SetRules()
				got, temporary := content(t, disk, "/dir/file")
				if writeErr == nil {
					require.Equal(t, after, got)
					require.Zero(t, temporary)
					break
				}
				failed++
				require.Contains(t, []string{before, after}, got, "%s %s=%d: %v", effect, key, n, writeErr)
				if key == "nth" {
					require.Zero(t, temporary, "%s %s=%d", effect, key, n)
				}
			}
			require.Positive(t, failed, "%s %s never failed", effect, key)
		}
	}
}

func TestAWriterThatGivesUpLeavesThePreviousContent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, WriteFile(name, 0o644, writes("before")))
	gaveUp := errors.New("gave up")
	err := WriteFile(name, 0o644, func(w io.Writer) error { return errors.Join(writes("half of")(w), gaveUp) })
	require.ErrorIs(t, err, gaveUp)
	got, temporary := content(t, afero.NewOsFs(), name)
	require.Equal(t, "before", got)
	require.Zero(t, temporary)
}

func TestLinksAndPipesAreWrittenThrough(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "real"), 0o777))
	target, link := filepath.Join(dir, "real", "file"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("before"), 0o600))
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, WriteFile(link, 0o644, writes("after")))
	got, _ := content(t, afero.NewOsFs(), target)
	require.Equal(t, "after", got)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink, "the link is still a link")

	require.NoError(t, WriteFile(os.DevNull, 0o644, writes("anything")))
	info, err = os.Lstat(os.DevNull)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeDevice, "the device is still a device")
	if _, err := os.Stat("/dev/full"); err == nil {
		require.ErrorContains(t, WriteFile("/dev/full", 0o644, writes("anything")), "no space left")
	}
}

func TestADirectoryIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o777))
	require.Error(t, WriteFile(filepath.Join(dir, "sub"), 0o644, writes("x")))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// Power is cut at every operation, on every filesystem. The file has either its previous or its new content, and the
// new content once WriteFile has returned.
func TestAPowerCutLeavesAWholeFile(t *testing.T) {
	const before, after = "what was there before", "what comes after it, which is longer"
	disk := faultfs.New(faultfs.Options{})
	require.NoError(t, disk.Mkdir("/dir", 0o777))
	require.NoError(t, syncDir(disk, "/"))
	require.NoError(t, writeFile(disk, "/dir/file", 0o644, writes(before)))
	first := disk.Now()
	require.NoError(t, writeFile(disk, "/dir/file", 0o644, writes(after)))
	olds := 0
	for _, profile := range faultfs.Profiles() {
		for tick := first; tick <= disk.Now(); tick++ {
			for seed := range uint64(10) {
				image, err := disk.Crash(tick, faultfs.Model{Profile: profile}, faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
				require.NoError(t, err)
				got, _ := content(t, image, "/dir/file")
				require.Contains(t, []string{before, after}, got, "%s, tick %d", profile.Name, tick)
				if got == before {
					olds++
					require.Less(t, tick, disk.Now(), "%s: WriteFile had returned", profile.Name)
				}
			}
		}
	}
	require.Positive(t, olds)
}
