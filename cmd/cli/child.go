package cli

import (
	"bytes"
	"cmp"
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

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// An engine under test runs in the lab's own process, and a panic in a goroutine that it has started ends that process. So
// run and replay do their work in a child, and if it dies the parent says so: as the finding that it is, with a token.

// childVariable names, in the environment of a child, the directory in which it leaves what its parent needs if it dies.
const childVariable = "LIGHTNING_TORTURE_CHILD"

const (
	crashFile   = "crash"   // what the Go runtime wrote when it ended the process
	runningFile = "running" // the tokens of what is going on, a slot each
	slotBytes   = 1024
)

// child is this process, if it is one.
type child struct{ running *os.File }

// newChild prepares this process for dying in a useful way. Where that fails it dies as any other.
func newChild(dir string) *child {
	if crash, err := os.Create(filepath.Join(dir, crashFile)); err == nil {
		_ = errors.Join(debug.SetCrashOutput(crash, debug.CrashOptions{}), crash.Close())
	}
	running, _ := os.Create(filepath.Join(dir, runningFile)) // nil: every use of it is an error
	return &child{running}
}

// note is torture.Options.Running: it costs one system call, and outlives the process.
func (c *child) note(slot int, token string) {
	if len(token) < slotBytes {
		_, _ = c.running.WriteAt(fmt.Appendf(nil, "%-*s\n", slotBytes-1, token), int64(slot)*slotBytes) // for a message at most
	}
}

// death is how a child ended that should not have.
type death struct {
	output string   // of the Go runtime
	tokens []string // of what was going on
}

// excuse says why the death of a child is no finding; nil if it is one.
func (d *death) excuse() error {
	switch function, engines := torture.Blame(d.output); {
	case engines:
		return nil
	case function == "":
		return fmt.Errorf("%w: the process that ran the engine was ended from outside, perhaps for want of memory", torture.ErrHost)
	default:
		return fmt.Errorf("%w: the lab itself panicked, in %s: %s", torture.ErrHost, function, d.output)
	}
}

// apart runs the tool with the given arguments in a child, which has the exit code that it returns; a child that dies is
// described instead. A signal is passed on.
func apart(ctx context.Context, stdout, stderr io.Writer, args ...string) (code exit, died *death, err error) {
	dir, err := os.MkdirTemp("", "lightning-torture-")
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program, err := os.Executable()
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	runtime.LockOSThread() // a child that is to die with its parent dies with the thread that started it
	defer runtime.UnlockOSThread()
	cmd := &exec.Cmd{
		Path: program, Args: append(os.Args[:1:1], args...), Env: append(os.Environ(), childVariable+"="+dir),
		Stdout: stdout, Stderr: stderr, SysProcAttr: bound(),
	}
	if err := cmd.Start(); err != nil {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-ended:
		case <-ctx.Done():
			if stopped := (interrupt{}); errors.As(context.Cause(ctx), &stopped) {
				_ = cmd.Process.Signal(stopped.Signal) // it may have ended meanwhile
			}
		}
	}()
	err = cmd.Wait()
	close(ended)
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		return 0, nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	output, err := os.ReadFile(filepath.Join(dir, crashFile))
	if code = exit(cmd.ProcessState.ExitCode()); err == nil && len(output) == 0 && code >= 0 {
		return code, nil, nil
	}
	slots, _ := os.ReadFile(filepath.Join(dir, runningFile)) // without it there is no token
	return code, &death{string(output), strings.Fields(string(bytes.ReplaceAll(slots, []byte{0}, nil)))}, nil
}

// runApart is run in a child, and says what the child can no longer say.
func (c *cli) runApart(ctx context.Context, target torture.Target, f *runFlags) error {
	started := c.now()
	code, died, err := apart(ctx, c.stdout, c.stderr, c.args...)
	if err != nil || died == nil {
		return cmp.Or[error](err, ended(code))
	}
	took := c.now().Sub(started)
	if err := died.excuse(); err != nil {
		return err
	}
	last, err := c.seenAgain(ctx, died)
	if err != nil {
		return err
	}
	opts := f.opts
	opts.Dir = f.out.dir
	result, err := torture.Posthumous(target, opts, last, started, took)
	if err != nil {
		return err
	}
	c.sign(&result.Provenance, f, started)
	return cmp.Or[error](c.publish(result, &f.out), exitViolation)
}

// ended is the exit code of a child as an error of this process.
func ended(code exit) error {
	if code == exitPass {
		return nil
	}
	return code
}

// seenAgain returns the finding of a death, with that of its tokens whose replay dies, too: several things were going on.
func (c *cli) seenAgain(ctx context.Context, d *death) (*torture.Finding, error) {
	for _, token := range d.tokens {
		_, again, err := apart(ctx, io.Discard, io.Discard, "replay", token, "--attempts", "5")
		if err == nil && again != nil && again.excuse() == nil {
			return torture.Died(c.app.Targets, token, again.output)
		}
	}
	if len(d.tokens) == 0 {
		return nil, fmt.Errorf("%w: the engine panicked before the first run began: %s", torture.ErrHost, d.output)
	}
	f, err := torture.Died(c.app.Targets, d.tokens[0], d.output)
	if err == nil {
		f.Sentence += "; five replays of the run did not show it"
	}
	return f, err
}

// replayApart is replay in a child. If that dies, the attempts get a child each, and are counted.
func (c *cli) replayApart(ctx context.Context, tokenOrFile string, opts torture.ReplayOptions, format, color string) error {
	code, died, err := apart(ctx, c.stdout, c.stderr, c.args...)
	if err != nil || died == nil {
		return cmp.Or[error](err, ended(code))
	}
	if err := died.excuse(); err != nil {
		return err
	}
	result := &torture.ReplayResult{Reproduced: true, Attempts: 1, Hits: 1}
	if result.Finding, err = torture.Died(c.app.Targets, tokenOrFile, died.output); err != nil {
		fmt.Fprintln(c.stderr, "lightning-torture: the engine panicked and ended the process") // of a file there is no token
		return exitViolation
	}
	for ; result.Attempts < opts.Attempts && ctx.Err() == nil; result.Attempts++ {
		code, again, err := apart(ctx, io.Discard, io.Discard, "replay", tokenOrFile, "--attempts", "1", "--dir", opts.Dir)
		if err != nil {
			return err
		}
		if again != nil && again.excuse() == nil || again == nil && code == exitViolation {
			result.Hits++
		}
	}
	return c.tellReplay(ctx, result, format, color)
}
