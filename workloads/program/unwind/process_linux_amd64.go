package unwind

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// thread is what is known of a thread and its process. It stays valid until the process executes another program.
type thread struct {
	tid  int
	exe  string // the program, as /proc names it
	maps []mapping
}

// mapping is a part of a process's memory that matters here.
type mapping struct {
	start, end uint64
	off        uint64 // in the file
	code       bool   // executable; otherwise anonymous and readable
	file       fileID
	path       string
}

// fileID identifies a file. The zero value is no file.
type fileID struct {
	dev   string // as in /proc/PID/maps
	inode uint64
}

// where returns a thread's program counter and stack pointer. The thread has just asked for something and may not be asleep yet.
func where(tid int) (pc, sp uint64, err error) {
	const tries, spins = 10_000, 20
	pause := unix.Timespec{Nsec: 50_000}
	name := "/proc/" + strconv.Itoa(tid) + "/syscall"
	for try := range tries {
		text, err := readFile(name)
		if err != nil {
			return 0, 0, err
		}
		if fields := bytes.Fields(text); len(fields) >= 3 {
			sp, err = strconv.ParseUint(string(fields[len(fields)-2]), 0, 64)
			if err == nil {
				pc, err = strconv.ParseUint(string(fields[len(fields)-1]), 0, 64)
			}
			return pc, sp, err
		}
		if try >= spins {
			_ = unix.Nanosleep(&pause, nil) // if it is interrupted, it is only tried earlier
		}
	}
	return 0, 0, errRunning
}

// errRunning is returned for a thread that does not wait for an answer.
var errRunning = errors.New("the thread went on meanwhile")

// readFile reads a small file of /proc, with one system call fewer than os.ReadFile.
func readFile(name string) ([]byte, error) {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 512)
	n, err := unix.Read(fd, b)
	return b[:max(n, 0)], errors.Join(err, unix.Close(fd))
}

// exeOf returns the program of a thread. It does not touch the file.
func exeOf(tid int) (string, error) {
	return os.Readlink("/proc/" + strconv.Itoa(tid) + "/exe")
}

// newThread reads the memory map of a thread.
func newThread(tid int, exe string) (*thread, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/maps")
	if err != nil {
		return nil, err
	}
	t := &thread{tid: tid, exe: exe}
	for line := range strings.Lines(string(text)) {
		if m, ok := parseMapping(strings.TrimSuffix(line, "\n")); ok {
			t.maps = append(t.maps, m)
		}
	}
	return t, nil
}

// parseMapping parses a line of /proc/PID/maps. It returns false for mappings that do not matter.
func parseMapping(line string) (m mapping, ok bool) {
	const columns = 6
	fields := strings.SplitN(line, " ", columns)
	if len(fields) < columns-1 {
		return m, false
	}
	first, last, _ := strings.Cut(fields[0], "-")
	var errs [4]error
	m.start, errs[0] = strconv.ParseUint(first, 16, 64)
	m.end, errs[1] = strconv.ParseUint(last, 16, 64)
	m.off, errs[2] = strconv.ParseUint(fields[2], 16, 64)
	m.file.inode, errs[3] = strconv.ParseUint(fields[4], 10, 64)
	if m.file.inode != 0 && len(fields) == columns {
		m.file.dev, m.path = fields[3], strings.TrimLeft(fields[5], " ")
	}
	m.code = strings.Contains(fields[1], "x")
	return m, errors.Join(errs[:]...) == nil && (m.code || m.file.inode == 0 && fields[1][0] == 'r')
}

// mappingAt returns the mapping at an address, or nil.
func (t *thread) mappingAt(addr uint64) *mapping {
	i, exact := slices.BinarySearchFunc(t.maps, addr, func(m mapping, addr uint64) int { return cmp.Compare(m.start, addr) })
	if !exact {
		i--
	}
	if i < 0 || addr >= t.maps[i].end {
		return nil
	}
	return &t.maps[i]
}

// stackOf returns a reader of a thread's stack, or nil if there is no anonymous memory at the stack pointer.
func (t *thread) stackOf(sp uint64) *stackMemory {
	m := t.mappingAt(sp)
	if m == nil || m.code || m.file != (fileID{}) {
		return nil
	}
	return &stackMemory{tid: t.tid, sp: sp, end: m.end}
}

// stackMemory reads a stack piece by piece.
type stackMemory struct {
	tid     int
	sp, end uint64
	at      uint64 // address of piece
	piece   []byte
	buf     [pieceBytes]byte
}

// pieceBytes is how much of a stack is read at once.
const pieceBytes = 4 << 10

func (s *stackMemory) word(addr uint64) (uint64, bool) {
	if addr < s.sp || addr > s.end-8 {
		return 0, false
	}
	if addr < s.at || addr-s.at+8 > uint64(len(s.piece)) {
		n := min(s.end-addr, pieceBytes)
		local := []unix.Iovec{{Base: &s.buf[0], Len: n}}
		got, err := unix.ProcessVMReadv(s.tid, local, []unix.RemoteIovec{{Base: uintptr(addr), Len: int(n)}}, 0)
		if err != nil || got < 8 {
			return 0, false
		}
		s.at, s.piece = addr, s.buf[:got]
	}
	return binary.LittleEndian.Uint64(s.piece[addr-s.at:]), true
}

// open opens the file of a mapping.
func (t *thread) open(m *mapping) (*os.File, error) {
	if m.path == t.exe {
		return os.Open("/proc/" + strconv.Itoa(t.tid) + "/exe") // works even if the file has been removed
	}
	return os.Open(filepath.Join("/proc", strconv.Itoa(t.tid), "root", m.path))
}

// devicesOf returns the devices of all mounts of a type, as in /proc/PID/maps.
func devicesOf(fsType string) (map[string]bool, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	devices := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		mount, source, _ := strings.Cut(line, " - ")
		fields := strings.Fields(mount)
		if kind, _, _ := strings.Cut(source, " "); kind != fsType || len(fields) < 3 {
			continue
		}
		var major, minor uint
		if _, err := fmt.Sscanf(fields[2], "%d:%d", &major, &minor); err != nil {
			return nil, fmt.Errorf("unwind: /proc/self/mountinfo: %w", err)
		}
		devices[fmt.Sprintf("%02x:%02x", major, minor)] = true
	}
	return devices, nil
}
