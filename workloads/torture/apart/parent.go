package apart

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Process describes a run of this program as a child.
type Process struct {
	Dir            string   // shared with the child, or with successive children; its owner removes it
	Args           []string // command-line arguments
	WorkDir        string   // working directory; empty: that of this process
	Stdout, Stderr io.Writer
	// Printed, if set, gets what the child prints to standard error, until a second after its end. Stderr then gets
	// only what the child deliberately writes to Child.Stderr. Requires Possible.
	Printed io.Writer
	// Signal returns the signal to send to the child when ctx is done; nil: the child is killed.
	Signal func(ctx context.Context) os.Signal
	// Started, if set, is called with the process ID of the child once it runs.
	Started func(pid int)
}

// End says how a child ended.
type End struct {
	Code  int    // the exit code; negative: a signal ended it
	Began bool   // it called Child.Begin
	Died  *Death // nil: it finished its work, or had not begun
}

// Run runs this program as a child and waits for its end. The error says that the child could not be started.
func Run(ctx context.Context, p Process) (End, error) {
	program, err := os.Executable()
	if err == nil {
		err = forget(p.Dir)
	}
	if err != nil {
		return End{}, err
	}
	runtime.LockOSThread() // the kernel ends the child when the thread that started it ends, not when the process does
	defer runtime.UnlockOSThread()
	cmd := &exec.Cmd{
		Path: program, Args: append(os.Args[:1:1], p.Args...), Env: append(os.Environ(), variable+"="+p.Dir), Dir: p.WorkDir,
		Stdout: p.Stdout, Stderr: p.Stderr, SysProcAttr: attributes(),
	}
	work := func() error { return p.wait(ctx, cmd) }
	if p.Printed != nil {
		work = func() error { return p.listen(ctx, cmd) }
	}
	if err := work(); err != nil {
		return End{}, err
	}
	code := cmd.ProcessState.ExitCode()
	began, died := read(p.Dir, code)
	return End{code, began, died}, nil
}

// forget removes what an earlier child left for its parent.
func forget(dir string) error {
	for _, name := range []string{crashFile, logFile, runningFile, doneFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// listening is how long the output of a child is read after its end, since a process that it left behind may keep
// printing.
const listening = time.Second

// listen is wait with a pipe for what the child prints.
func (p *Process) listen(ctx context.Context, cmd *exec.Cmd) error {
	from, to, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{to}
	cmd.Env = append(cmd.Env, printedVariable+"=1")
	heard := make(chan error, 1)
	go func() {
		_, err := io.Copy(p.Printed, from)
		heard <- err
	}()
	err = errors.Join(p.wait(ctx, cmd), to.Close())
	late := time.AfterFunc(listening, func() { _ = from.Close() }) // the reader then gets os.ErrClosed
	if failed := <-heard; !errors.Is(failed, os.ErrClosed) {
		err = errors.Join(err, failed)
	}
	if late.Stop() {
		err = errors.Join(err, from.Close())
	}
	return err
}

// wait starts cmd and waits for its end. A non-zero exit code is not an error.
func (p *Process) wait(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	if p.Started != nil {
		p.Started(cmd.Process.Pid)
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-ended:
		case <-ctx.Done():
			signal := os.Kill
			if p.Signal != nil {
				signal = p.Signal(ctx)
			}
			_ = cmd.Process.Signal(signal) // the child may have ended in the meantime
		}
	}()
	err := cmd.Wait()
	close(ended)
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return nil
	}
	return err
}
