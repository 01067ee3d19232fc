package stage

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// grace is how long a job may take to return after its context is done.
const grace = 10 * time.Second

// Run runs a job on a new stage and returns when the job has. It calls event with everything that the job emits, in order; an
// error of event ends the stage. When ctx is done, so is the context of the job, which then has ten seconds to return; the error
// is that of ctx.
func Run(ctx context.Context, job string, request any, event func(json.RawMessage) error) (err error) {
	text, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	scratch, err := hostdisk.NewScratch("", "stage")
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	runtime.LockOSThread() // the keeper dies with the thread that started it
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{os.Args[0], keeperWord}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = attributes()
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	cmd.WaitDelay = grace
	cmd.Cancel = func() error {
		_, err := io.WriteString(in, stopLine)
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("stage: start: %w", err)
	}
	sent := json.NewEncoder(in).Encode(start{Job: job, Dir: scratch.Dir, Request: text})
	done, received := receive(out, event)
	if !done {
		_ = cmd.Process.Kill() // it may have ended already
	}
	waited := errors.Join(in.Close(), cmd.Wait())
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case received != nil:
		return received
	case !done:
		return errors.Join(ErrKilled, sent, waited)
	}
	return nil
}

// receive reads what a worker emits and reports whether its job returned.
func receive(out io.Reader, event func(json.RawMessage) error) (done bool, err error) {
	from := json.NewDecoder(bufio.NewReader(out))
	for {
		var m message
		if from.Decode(&m) != nil {
			return false, nil //nolint:nilerr // the stage has ended, and the caller finds out how
		}
		switch {
		case m.Error != "":
			return true, errors.New(m.Error)
		case m.Done:
			return true, nil
		}
		if err := event(m.Event); err != nil {
			return false, err
		}
	}
}

// attributes returns the keeper's namespaces. If the caller is not root, they include a user namespace in which the keeper is.
func attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{
		Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
	}
	if uid := os.Geteuid(); uid != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return a
}
