package native_test

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
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// labWord makes the test binary a lab that is about to be killed.
const labWord = "__lab-to-kill"

// endless explores a program that never ends. Its checker does not end either if the program was killed.
func endless() {
	s := native.Spec{
		Program: shell(`while :; do echo x >>"$1/f"; sync "$1/f"; done`, program.Dir),
		Check:   shell(`while cat "$1/f" >/dev/null; do :; done`, program.Dir),
	}
	_, err := native.Explore(context.Background(), native.Request{Spec: s, Profile: "posix-min", Workers: 1}, nil)
	fmt.Println("ended:", err)
}

// killRounds is the number of kills and killSeed decides whom they hit; make nightly kills more often.
var (
	killRounds        = 12
	killSeed   uint64 = 2
)

func TestNothingIsLeftBehindWhicheverProcessIsKilled(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	if n, err := strconv.Atoi(os.Getenv("KILL_ROUNDS")); err == nil {
		killRounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("KILL_SEED"), 10, 64); err == nil {
		killSeed = n
	}
	rng := rand.New(rand.NewPCG(1, killSeed))
	for round := range killRounds {
		killSomething(t, rng, round)
	}
}

// family returns the processes of a lab: the lab itself, keeper, worker, program.
func family(lab int) []int {
	all := []int{lab}
	for len(all) < 4 {
		child := childOf(all[len(all)-1])
		if child == 0 {
			return all
		}
		all = append(all, child)
	}
	return all
}

func childOf(parent int) int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		text, err := os.ReadFile(name)
		_, rest, found := bytes.Cut(text, []byte(") "))
		fields := strings.Fields(string(rest))
		if err != nil || !found || len(fields) < 2 || fields[1] != strconv.Itoa(parent) || fields[0] == "Z" {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(name, "/")[2])
		return pid
	}
	return 0
}

func killSomething(t *testing.T, rng *rand.Rand, round int) {
	t.Helper()
	lab := exec.Command("/proc/self/exe", labWord)
	dir := t.TempDir() // everything is mounted below it
	lab.Env = append(os.Environ(), "TMPDIR="+dir)
	var out bytes.Buffer
	lab.Stdout, lab.Stderr = &out, &out
	require.NoError(t, lab.Start())
	var all []int
	require.Eventually(t, func() bool { all = family(lab.Process.Pid); return len(all) == 4 }, 20*time.Second, time.Millisecond, "the program runs")
	time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond) //nolint:forbidigo // killed at some moment
	victims := rng.Perm(4)[:1+rng.IntN(3)]
	for _, v := range victims {
		_ = syscall.Kill(all[v], syscall.SIGKILL) // perhaps it died with another one
	}
	if len(victims) == 1 && victims[0] == 3 {
		_ = syscall.Kill(all[2], syscall.SIGKILL) // a program that dies ends its recording only
	}
	ended := make(chan error, 1)
	go func() { ended <- lab.Wait() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second): //nolint:forbidigo // a hang is the failure
		t.Fatalf("round %d: the lab hangs after %v were killed: %s", round, victims, out.String())
	}
	for i, pid := range all {
		require.Eventually(t, func() bool { return gone(pid) }, 20*time.Second, time.Millisecond,
			"round %d: process %d of lab, keeper, worker, program is left after %v were killed", round, i, victims)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), dir, "round %d: something stays mounted after %v were killed", round, victims)
}

// gone reports whether a process does not exist or is a zombie.
func gone(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || bytes.Contains(text, []byte(") Z "))
}
