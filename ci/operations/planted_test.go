//go:build linux

package operations_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// planted is a failure of a store in production.
type planted struct {
	alert   string
	plant   func(t *testing.T, u *unit, dir string)
	load    int  // values that clients write per minute
	hangs   bool // clients block, so the test does not wait for them
	small   bool // the store is on a disk of 64 MiB
	minutes int  // until the alert fires
	ends    int  // minutes from the end of the runbook until the alert resolves
}

func ill(what string) func(*testing.T, *unit, string) {
	return func(_ *testing.T, u *unit, _ string) { u.call("/plant", url.Values{"what": {what}}) }
}

// Each failure raises its alert, and running the commands of its runbook resolves it. -v shows the transcripts.
func TestPlantedFailuresOfAStore(t *testing.T) {
	t.Parallel()
	promtool(t)
	for name, p := range map[string]planted{
		"a sync fails":           {alert: "LightningPoisoned", plant: ill("eio"), minutes: 2, ends: 2},
		"the process is killed":  {alert: "LightningDown", plant: func(_ *testing.T, u *unit, _ string) { u.kill(syscall.SIGKILL) }, minutes: 4, ends: 2},
		"the disk is full":       {alert: "LightningOutOfRoom", plant: fill(130 << 10), small: true, load: 20, minutes: 12, ends: 12},
		"a dump fills the disk":  {alert: "LightningDiskFilling", plant: func(*testing.T, *unit, string) {}, small: true, minutes: 25, ends: 40},
		"flushes hang":           {alert: "LightningStalled", plant: ill("tables-hang"), load: 60, hangs: true, minutes: 30, ends: 10},
		"the disk is slow":       {alert: "LightningSlowSyncs", plant: ill("slow"), minutes: 15, ends: 12},
		"a sync does not return": {alert: "LightningSyncStuck", plant: ill("syncs-hang"), hangs: true, minutes: 12, ends: 8},
		"a compaction hangs":     {alert: "LightningCompactionStuck", plant: hangCompaction, minutes: 25, ends: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var env []string
			if p.small {
				env = append(env, "SERVICE_DISK=real")
				smallDisk(t, dir)
			}
			u := newUnit(t, dir, env...)
			tape := newFilm("lightning", "lightning.yml")
			full, mended := false, false
			minute := func() {
				if p.alert == "LightningDiskFilling" && (tape.frames == 21 || tape.frames > 21 && isFile(dir, "dump")) {
					grow(t, dir, 400<<10) // somebody else's file grows until it is deleted
				}
				client := func() { u.call("/load", url.Values{"n": {strconv.Itoa(p.load)}}) }
				switch {
				case full && !mended: // clients stop writing, or the store would be poisoned
				case p.hangs && tape.frames >= 20:
					go client()
				default:
					client()
				}
				full = tape.shoot(t, "http://"+u.address)[`lightning_out_of_room{store="money"}`] == 1
			}
			for tape.frames < 20 {
				minute()
			}
			require.Empty(t, tape.firing(t), "the store is healthy")

			p.plant(t, u, dir)
			for range p.minutes {
				minute()
			}
			require.Contains(t, tape.firing(t), p.alert)

			page := filepath.Join("../runbooks", p.alert+".md")
			shell := u.shell("STORE="+filepath.Join(dir, "store"), "UNNEEDED="+filepath.Join(dir, "dump"))
			u.neighbours = func() { ill("")(t, u, dir) }
			follow(t, page, "What to look at", shell)
			follow(t, page, "How to fix it", shell)
			p.hangs, mended = false, true
			for range p.ends {
				minute()
			}
			require.Empty(t, tape.firing(t), "the runbook did not resolve the alert")
			follow(t, page, "How to tell that it is over", shell)
		})
	}
}

// smallDisk mounts a filesystem of 64 MiB on dir.
func smallDisk(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small filesystem")
	}
	if said, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("needs to mount a small filesystem: %s", said)
	}
	t.Cleanup(func() { require.NoError(t, exec.Command("umount", "-l", dir).Run()) })
}

// fill leaves the given number of bytes free on the disk.
func fill(left int64) func(*testing.T, *unit, string) {
	return func(t *testing.T, _ *unit, dir string) {
		t.Helper()
		var s syscall.Statfs_t
		require.NoError(t, syscall.Statfs(dir, &s))
		grow(t, dir, int64(s.Bavail)*s.Bsize-left)
	}
}

// grow enlarges a file that does not belong to the store.
func grow(t *testing.T, dir string, bytes int64) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "dump"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.Write(make([]byte, bytes))
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func isFile(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// hangCompaction makes writes of tables hang, after two flushes have given a compaction something to do.
func hangCompaction(t *testing.T, u *unit, dir string) {
	t.Helper()
	ill("compactions-hang")(t, u, dir)
	u.call("/load", url.Values{"n": {"150"}})
}
