package bench

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ticksPerSecond is the unit of /proc/stat, which is the same on all Linux systems that Go runs on.
const ticksPerSecond = 100

// busySeconds returns the sum of the first line of /proc/stat except idle and iowait: user, nice, system, idle, iowait,
// irq, softirq, steal (proc_stat(5)).
func busySeconds() float64 {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	var ticks float64
	for i, field := range strings.Fields(string(line)) {
		n, err := strconv.ParseFloat(field, 64)
		if i == 0 || i == 4 || i == 5 || i > 8 || err != nil {
			continue
		}
		ticks += n
	}
	return ticks / ticksPerSecond
}

// ownSeconds returns the CPU time of all threads of this process.
func ownSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// writtenBytes returns how much this process has made the disk write (proc_pid_io(5)); a page counts when it becomes
// dirty.
func writtenBytes() int64 { return procNumber("/proc/self/io", "write_bytes:") }

// peakRSSBytes returns the peak memory of this process (proc_pid_status(5)).
func peakRSSBytes() int64 { return procNumber("/proc/self/status", "VmHWM:") << 10 }

// procNumber returns the number after a name in a file of /proc, or 0.
func procNumber(file, name string) int64 {
	f, err := os.Open(file)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }() // opened for reading only
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == name {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}

func allocated(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}

// inMemory reports whether dir is on a filesystem without a disk (statfs(2)).
func inMemory(dir string) bool {
	const tmpfs, ramfs = 0x01021994, 0x858458f6
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && (uint32(s.Type) == tmpfs || uint32(s.Type) == ramfs)
}
