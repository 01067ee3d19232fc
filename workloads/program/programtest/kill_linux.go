package programtest

import (
	"bytes"
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

// labWord is the argument that makes a test binary act as a lab that is about to be killed.
const labWord = "__lab-to-kill"

// LabToKill is called first in TestMain. If Kill has started this process, it explores Endless and exits.
func LabToKill(explore func(s native.Spec) error) {
	if len(os.Args) == 2 && os.Args[1] == labWord {
		fmt.Println("ended:", explore(endless()))
		os.Exit(0)
	}
}

// endless returns a program that never ends. Its checker does not end either if the program was killed.
func endless() native.Spec {
	return native.Spec{
		Program: Shell(`while :; do echo x >>"$1/f"; sync "$1/f"; done`, program.Dir),
		Check:   Shell(`while cat "$1/f" >/dev/null; do :; done`, program.Dir),
	}
}

// Kill starts a lab, kills some of its processes, and requires that nothing is left behind. It does so as often as KILL_ROUNDS says,
// or the given number of times; KILL_SEED decides whom it kills. The lab of each round has the variables that env returns.
func Kill(t *testing.T, rounds int, env func(round int) []string) {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("KILL_ROUNDS")); err == nil {
		rounds = n
	}
	seed := uint64(2)
	if n, err := strconv.ParseUint(os.Getenv("KILL_SEED"), 10, 64); err == nil {
		seed = n
	}
	rng := rand.New(rand.NewPCG(1, seed))
	for round := range rounds {
		k := &killing{T: t, round: round, dir: t.TempDir()} // everything is mounted below it
		k.start(env(round))
		k.kill(rng)
		k.requireNothingLeft()
	}
}

// killPatience is how long to wait for something that should happen soon.
const killPatience = time.Minute

// killing is a round of Kill.
type killing struct {
	*testing.T
	round   int
	dir     string
	lab     *exec.Cmd
	out     bytes.Buffer
	all     []int // the processes of the lab
	victims []int // indices in all
}

// start starts a lab and waits until its program runs.
func (k *killing) start(env []string) {
	k.Helper()
	k.lab = exec.CommandContext(k.Context(), "/proc/self/exe", labWord)
	k.lab.Env = append(append(os.Environ(), "TMPDIR="+k.dir), env...)
	k.lab.Stdout, k.lab.Stderr = &k.out, &k.out
	require.NoError(k, k.lab.Start())
	require.Eventually(k, func() bool { k.all = family(k.lab.Process.Pid); return running(k.all) }, killPatience, time.Millisecond,
		"round %d: the program runs", k.round)
}

// family returns the processes of a lab: the lab itself, its keeper, its worker, and what the worker started: the program and, on a
// filesystem of the kernel, the server of the disks.
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

// running reports whether the program runs: it is a shell among the last of a family.
func running(all []int) bool {
	for _, pid := range all[min(3, len(all)):] {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if strings.Contains(string(text), "echo x >>") {
			return true
		}
	}
	return false
}

// kill kills one to three processes of the lab, in random order, and waits for the lab to end.
func (k *killing) kill(rng *rand.Rand) {
	k.Helper()
	time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond) // killed at some moment
	k.victims = rng.Perm(len(k.all))[:1+rng.IntN(3)]
	for _, v := range k.victims {
		_ = syscall.Kill(k.all[v], syscall.SIGKILL) // perhaps it died with another one
	}
	if len(k.victims) == 1 && k.victims[0] > 2 {
		_ = syscall.Kill(k.all[2], syscall.SIGKILL) // a program that dies ends its recording only
	}
	ended := make(chan struct{})
	go func() {
		_ = k.lab.Wait() // it may have been killed
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(killPatience): // a hang is the failure
		k.Fatalf("round %d: the lab hangs after %v were killed", k.round, k.victims)
	}
}

// requireNothingLeft fails the test if a process, a mount or a loop device of the lab is left.
func (k *killing) requireNothingLeft() {
	k.Helper()
	for i, pid := range k.all {
		require.Eventually(k, func() bool { return gone(pid) }, killPatience, time.Millisecond,
			"round %d: process %d of lab, keeper, worker, others is left after %v were killed", k.round, i, k.victims)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(k, err)
	require.NotContains(k, string(mounts), k.dir, "round %d: something stays mounted after %v were killed", k.round, k.victims)
	require.Eventually(k, func() bool { return !k.attached() }, killPatience, time.Millisecond,
		"round %d: a loop device is left after %v were killed", k.round, k.victims)
}

// attached reports whether a loop device has a file of the lab.
func (k *killing) attached() bool {
	files, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	require.NoError(k, err)
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), k.dir) {
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
