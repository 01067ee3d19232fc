package stage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Main acts as a part of a stage and then exits, if Run started this process as one; otherwise it returns at once. Call it first
// in main.
func Main(jobs ...Job) {
	if len(os.Args) != 2 {
		return
	}
	switch os.Args[1] {
	case keeperWord:
		os.Exit(keep())
	case workerWord:
		if err := work(append(jobs, try)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// keep is the first process of the namespaces: it starts the worker, reaps orphans, and exits when the worker does.
func keep() int {
	// From here on mounts do not propagate, in either direction.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		fmt.Fprintln(os.Stderr, "stage: make mounts private:", err)
		return 1
	}
	// Some containers forbid this mount. /proc then shows the process IDs of the outer namespace.
	_ = unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	worker := exec.Command("/proc/self/exe")
	worker.Args = []string{os.Args[0], workerWord}
	worker.Stdin, worker.Stdout, worker.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := worker.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "stage: start the worker:", err)
		return 1
	}
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 1
		case pid == worker.Process.Pid:
			return status.ExitStatus() & 0xff
		}
	}
}

// work does the requested job and exits if the caller goes away.
func work(jobs []Job) error {
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	var s start
	if err := in.Decode(&s); err != nil {
		return fmt.Errorf("stage: read the request: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		rest := bufio.NewScanner(io.MultiReader(in.Buffered(), os.Stdin))
		for rest.Scan() {
			if rest.Text()+"\n" == stopLine {
				stop()
			}
		}
		os.Exit(1) // the caller is gone
	}()
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	send := func(m message) error {
		mu.Lock()
		defer mu.Unlock()
		return out.Encode(m)
	}
	i := slices.IndexFunc(jobs, func(j Job) bool { return j.Name == s.Job })
	if i < 0 {
		return send(message{Error: fmt.Sprintf("stage: no job is called %q; was stage.Main called with it?", s.Job)})
	}
	err := jobs[i].Do(ctx, s.Request, s.Dir, func(event any) error {
		text, err := json.Marshal(event)
		if err != nil {
			return err
		}
		return send(message{Event: text})
	})
	if err != nil {
		return send(message{Error: err.Error()})
	}
	return send(message{Done: true})
}

// KillOthers kills whatever programs have left running on this stage: every process except the keeper, the worker and the
// spared ones. If any are spared, it returns when the others are gone.
func KillOthers(spared ...int) {
	if os.Getppid() != 1 {
		return // not on a stage
	}
	if len(spared) == 0 {
		_ = syscall.Kill(-1, syscall.SIGKILL) // every process of the namespace except the first and this one
		return
	}
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return // the container forbids mounting /proc, which therefore shows the process IDs of another namespace
	}
	spared = append(spared, 1, os.Getpid())
	for killed := true; killed; {
		killed = false
		for _, pid := range processes() {
			if !slices.Contains(spared, pid) && syscall.Kill(pid, syscall.SIGKILL) == nil {
				killed = true
			}
		}
		runtime.Gosched()
	}
}

// processes returns the processes of this namespace that have not ended.
func processes() (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, name := range stats {
		text, err := os.ReadFile(name)
		_, state, found := bytes.Cut(text, []byte(") "))
		if err != nil || !found || bytes.HasPrefix(state, []byte("Z")) {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(name, "/")[2]) // digits, says the pattern
		pids = append(pids, pid)
	}
	return pids
}
