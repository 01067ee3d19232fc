package kernel_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// labWord makes the test binary a lab that is about to be killed.
const labWord = "__lab-to-kill"

// endless explores a program that never ends, and a checker that does not end either if the program was killed.
func endless() {
	s := native.Spec{
		Program: shell(`while :; do echo x >>"$1/f"; sync "$1/f"; done`, program.Dir),
		Check:   shell(`while cat "$1/f" >/dev/null; do :; done`, program.Dir),
	}
	_, err := kernel.Explore(context.Background(), request(os.Getenv("ON"), s), nil)
	fmt.Println("ended:", err)
}

// killRounds is the number of kills and killSeed decides whom they hit; make nightly kills more often.
var (
	killRounds        = 6
	killSeed   uint64 = 2
)

func TestNothingIsLeftBehindWhicheverProcessIsKilled(t *testing.T) {
	t.Parallel()
	if n, err := strconv.Atoi(os.Getenv("KILL_ROUNDS")); err == nil {
		killRounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("KILL_SEED"), 10, 64); err == nil {
		killSeed = n
	}
	rng := rand.New(rand.NewPCG(1, killSeed))
	for round := range killRounds {
		fs := kernel.Filesystems()[round%len(kernel.Filesystems())]
		withFilesystem(t, fs)
		killSomething(t, fs, rng, round)
	}
}

// family returns the processes of a lab: the lab itself, its keeper, its worker, and what the worker started, among that the server
// of the disks.
func family(lab int) []int {
	all := []int{lab}
	for len(all) < 3 {
		children := childrenOf(all[len(all)-1])
		if len(children) == 0 {
			return all
		}
		all = append(all, children[0])
	}
	return append(all, childrenOf(all[2])...)
}

func childrenOf(parent int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		text, err := os.ReadFile(name)
		_, rest, found := bytes.Cut(text, []byte(") "))
		fields := strings.Fields(string(rest))
		if err != nil || !found || len(fields) < 2 || fields[1] != strconv.Itoa(parent) || fields[0] == "Z" {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(name, "/")[2])
		pids = append(pids, pid)
	}
	return pids
}

// running reports whether the program on the filesystem runs: it is a shell among the last of a family.
func running(all []int) bool {
	for _, pid := range all[min(3, len(all)):] {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if strings.Contains(string(text), "echo x >>") {
			return true
		}
	}
	return false
}

func killSomething(t *testing.T, fs string, rng *rand.Rand, round int) {
	t.Helper()
	lab := exec.Command("/proc/self/exe", labWord)
	dir := t.TempDir() // everything is mounted below it
	lab.Env = append(os.Environ(), "TMPDIR="+dir, "ON="+fs)
	var out bytes.Buffer
	lab.Stdout, lab.Stderr = &out, &out
	require.NoError(t, lab.Start())
	var all []int
	require.Eventually(t, func() bool { all = family(lab.Process.Pid); return running(all) }, time.Minute, time.Millisecond, "the program runs: %s", &out)
	time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond) //nolint:forbidigo // killed at some moment
	victims := rng.Perm(len(all))[:1+rng.IntN(3)]
	for _, v := range victims {
		_ = syscall.Kill(all[v], syscall.SIGKILL) // perhaps it died with another one
	}
	if len(victims) == 1 && victims[0] > 2 {
		_ = syscall.Kill(all[2], syscall.SIGKILL) // a program that dies ends its recording only
	}
	ended := make(chan error, 1)
	go func() { ended <- lab.Wait() }()
	select {
	case <-ended:
	case <-time.After(time.Minute): //nolint:forbidigo // a hang is the failure
		t.Fatalf("round %d: the lab hangs after %v were killed: %s", round, victims, out.String())
	}
	for i, pid := range all {
		require.Eventually(t, func() bool { return gone(pid) }, time.Minute, time.Millisecond,
			"round %d: process %d of lab, keeper, worker, others is left after %v were killed", round, i, victims)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), dir, "round %d: something stays mounted after %v were killed", round, victims)
	require.Eventually(t, func() bool { return !attached(t, dir) }, time.Minute, time.Millisecond,
		"round %d: a loop device is left after %v were killed", round, victims)
}

// attached reports whether a loop device has a file below a directory.
func attached(t *testing.T, dir string) bool {
	t.Helper()
	files, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	require.NoError(t, err)
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), dir) {
			return true
		}
	}
	return false
}

// gone reports whether a process does not exist or is a zombie.
func gone(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || bytes.Contains(text, []byte(") Z "))
}
