//go:build linux

package operations_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

const guide = "../../engine/TROUBLESHOOTING.md"

// The commands of each section of the guide are run as written, on a store with the symptom.
func TestTheGuideOfTheEngine(t *testing.T) {
	t.Parallel()
	symptoms := map[string]func(*testing.T, *unit, string){
		"The store does not open: ErrCorrupt":   corrupt,
		"The store does not open: other errors": func(*testing.T, *unit, string) {},
		"Writes fail: ErrPoisoned":              ill("eio"),
		"The disk is full":                      func(*testing.T, *unit, string) {},
		"Writes are slow":                       ill("slow"),
		"The store is too large":                func(*testing.T, *unit, string) {},
	}
	for _, s := range sections(t, guide) {
		t.Run(s.heading, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, symptoms, s.heading, "no failure is planted for this section")
			dir := t.TempDir()
			u := newUnit(t, dir)
			u.call("/load", url.Values{"n": {"300"}})
			symptoms[s.heading](t, u, dir)
			u.call("/load", url.Values{"n": {"1"}})
			follow(t, guide, s.heading, u.shell("STORE="+filepath.Join(dir, "store"), "BACKUPS="+filepath.Join(dir, "backups")))
			answer, err := http.Get("http://" + u.address + "/healthz")
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, answer.StatusCode, "the store is healthy again")
			require.NoError(t, answer.Body.Close())
		})
	}
}

// corrupt makes a backup, damages a table, and leaves a service that does not start.
func corrupt(t *testing.T, u *unit, dir string) {
	t.Helper()
	u.kill(syscall.SIGKILL)
	store := filepath.Join(dir, "store")
	said, err := exec.Command(filepath.Join(u.bin, "lightning-torture"), "engine", "backup", store, filepath.Join(dir, "backups")).CombinedOutput()
	require.NoError(t, err, string(said))
	tables, err := filepath.Glob(filepath.Join(store, "*.sst"))
	require.NoError(t, err)
	require.NotEmpty(t, tables)
	for _, table := range tables {
		bytes, err := os.ReadFile(table)
		require.NoError(t, err)
		for i := range bytes[len(bytes)/2:] {
			bytes[len(bytes)/2+i] ^= 0x55
		}
		require.NoError(t, os.WriteFile(table, bytes, 0o600))
	}
	require.Error(t, u.start(), "a damaged store must not open")
}

// The guide of the lab is followed on a soak that has ended, with a token whose bug is fixed.
func TestTheGuideOfTheLab(t *testing.T) {
	t.Parallel()
	u := &unit{t: t, bin: t.TempDir()}
	lab, err := command()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(lab, filepath.Join(u.bin, "lightning-torture")))
	shell := u.shell("SOAK="+copyOfSoak(t), "TOKEN=LT2-0QTC2W9SY80000274EGAHTQD0822150CCG0HJ0G10000006C8T9G") // the token in the README
	const guide = "../../workloads/TROUBLESHOOTING.md"
	ran := 0
	for _, s := range sections(t, guide) {
		follow(t, guide, s.heading, shell)
		ran += len(s.commands)
	}
	require.Greater(t, ran, 4)
}
