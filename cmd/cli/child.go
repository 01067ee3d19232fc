package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// An engine runs in the process of the lab, and a panic in a goroutine that the engine started ends that process. So run
// and replay call the binary again and do their work in this child. If it dies, the parent reports a finding, with a token.

// childVariable is the environment variable of a child that names the directory for what its parent needs if it dies.
const childVariable = "LIGHTNING_TORTURE_CHILD"

const (
	crashFile   = "crash"   // what the Go runtime wrote when it ended the process
	runningFile = "running" // the tokens of the runs that were going on, one slot each
	slotBytes   = 1024
)

// child is this process, if it is one.
type child struct{ running *os.File }

// newChild prepares this process for its death. What cannot be prepared will be missing from the parent's report.
func newChild(dir string) *child {
	if crash, err := os.Create(filepath.Join(dir, crashFile)); err == nil {
		_ = errors.Join(debug.SetCrashOutput(crash, debug.CrashOptions{}), crash.Close())
	}
	running, _ := os.Create(filepath.Join(dir, runningFile)) // if it is nil, every use of it is an error
	return &child{running}
}

// note is torture.Options.Running: it costs one system call, and what it writes outlives the process.
func (c *child) note(slot int, token string) {
	if len(token) < slotBytes {
		_, _ = c.running.WriteAt(fmt.Appendf(nil, "%-*s\n", slotBytes-1, token), int64(slot)*slotBytes) // on error the report lacks the token
	}
}

// death is how a child ended that returned no exit code.
type death struct {
	output string   // what the Go runtime wrote
	tokens []string // the tokens of the runs that were going on
}

// innocent returns the error to report if the engine is not to blame for the death; nil if it is.
func (d *death) innocent() error {
	switch function, engines := torture.Blame(d.output); {
	case engines:
		return nil
	case function == "":
		return fmt.Errorf("%w: the process that ran the engine was ended from outside, perhaps for want of memory", torture.ErrHost)
	default:
		return fmt.Errorf("%w: the lab itself panicked, in %s: %s", torture.ErrHost, function, d.output)
	}
}

// runChild calls this binary with the given arguments and returns the exit code, or how the child died. It passes on the
// signal that cancels ctx.
func runChild(ctx context.Context, stdout, stderr io.Writer, args ...string) (code exit.Code, died *death, err error) {
	scratch, err := hostdisk.NewScratch("", "child")
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	dir := scratch.Dir
	program, err := os.Executable()
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	runtime.LockOSThread() // a child that is to die with its parent dies with the thread that started it
	defer runtime.UnlockOSThread()
	cmd := &exec.Cmd{
		Path: program, Args: append(os.Args[:1:1], args...), Env: append(os.Environ(), childVariable+"="+dir),
		Stdout: stdout, Stderr: stderr, SysProcAttr: childAttributes(),
	}
	if err := waitFor(ctx, cmd); err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	output, err := os.ReadFile(filepath.Join(dir, crashFile))
	if code = exit.Code(cmd.ProcessState.ExitCode()); err == nil && len(output) == 0 && code >= 0 {
		return code, nil, nil
	}
	slots, _ := os.ReadFile(filepath.Join(dir, runningFile)) // if it is missing, there is no token
	return code, &death{string(output), strings.Fields(string(bytes.ReplaceAll(slots, []byte{0}, nil)))}, nil
}

// waitFor starts cmd and waits for its end. An exit code other than 0 is no error.
func waitFor(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-ended:
		case <-ctx.Done():
			if stopped := (exit.Interrupt{}); errors.As(context.Cause(ctx), &stopped) {
				_ = cmd.Process.Signal(stopped.Signal) // it may have ended meanwhile
			}
		}
	}()
	err := cmd.Wait()
	close(ended)
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return nil
	}
	return err
}
