//go:build linux

package mount_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
)

// syncerWord makes the test binary a program that writes and syncs.
const syncerWord = "__syncer"

// writeAndSync appends to a file and syncs it, 2000 times.
func writeAndSync(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	record := make([]byte, 200)
	for range 2000 {
		if _, err := f.Write(record); err != nil {
			return err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return err
		}
	}
	return f.Close()
}

// sqlite returns a script of n transactions.
func sqlite(mode string, n int) string {
	script := "pragma journal_mode=" + mode + "; pragma synchronous=FULL; create table t(i integer primary key, v text);\n"
	for i := range n {
		script += fmt.Sprintf("insert into t values(%d, 'value %d');\n", i, i)
	}
	return script
}

// BenchmarkRecording compares programs that sync when they are recorded and when they run on tmpfs, alternately. It reports the
// ratios of wall time and of CPU time, including the CPU time of the lab.
func BenchmarkRecording(b *testing.B) {
	if os.Geteuid() != 0 {
		b.Skip("needs root, to mount a filesystem")
	}
	fast := b.TempDir()
	require.NoError(b, syscall.Mount("tmpfs", fast, "tmpfs", 0, ""))
	b.Cleanup(func() { require.NoError(b, syscall.Unmount(fast, 0)) })
	m, err := mount.New(b.TempDir())
	if err != nil {
		b.Skip(err)
	}
	b.Cleanup(func() { require.NoError(b, m.Close()) })
	for name, program := range map[string]func(dir string) *exec.Cmd{
		"write+fdatasync": func(dir string) *exec.Cmd { return exec.Command("/proc/self/exe", syncerWord, dir) },
		"sqlite WAL":      func(dir string) *exec.Cmd { return exec.Command("sqlite3", dir+"/db", sqlite("wal", 500)) },
		"sqlite delete":   func(dir string) *exec.Cmd { return exec.Command("sqlite3", dir+"/db", sqlite("delete", 200)) },
	} {
		b.Run(name, func(b *testing.B) { compare(b, m, fast, program) })
	}
}

func compare(b *testing.B, m *mount.Mount, fast string, run func(dir string) *exec.Cmd) {
	b.Helper()
	var wall, cpu [2]time.Duration
	round := 0
	for b.Loop() {
		round++
		dir := filepath.Join(fast, strconv.Itoa(round))
		require.NoError(b, os.Mkdir(dir, 0o700))
		served := m.Add(mount.Disk{FS: faultfs.New(faultfs.Options{})})
		for i, dir := range []string{dir, served} {
			before, began := usage(b), time.Now()
			cmd := run(dir)
			out, err := cmd.CombinedOutput()
			require.NoError(b, err, string(out))
			wall[i] += time.Since(began)
			cpu[i] += usage(b) - before
		}
		m.Remove(served)
		require.NoError(b, os.RemoveAll(dir))
	}
	b.ReportMetric(float64(wall[1])/float64(wall[0]), "wall-ratio")
	b.ReportMetric(float64(cpu[1])/float64(cpu[0]), "cpu-ratio")
	b.ReportMetric(float64(wall[1].Microseconds())/float64(round), "µs-recorded")
	b.ReportMetric(float64(wall[0].Microseconds())/float64(round), "µs-tmpfs")
}

// usage returns the CPU time of this process and of its waited-for children.
func usage(b *testing.B) (sum time.Duration) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(who, &u))
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}
