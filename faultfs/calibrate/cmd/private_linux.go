package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// privateWord is the first argument of the process that does the work.
const privateWord = "__private"

func private() bool { return len(os.Args) > 1 && os.Args[1] == privateWord }

// arguments returns the user's arguments.
func arguments() []string { return os.Args[2:] }

// runPrivate runs the program again in a mount namespace of its own and returns its exit code. Whatever that process
// mounts goes away with it, even if it is killed, so no mount or loop device can be left over.
func runPrivate() int {
	runtime.LockOSThread() // Pdeathsig is tied to the thread
	child := exec.Command("/proc/self/exe", append([]string{privateWord}, os.Args[1:]...)...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate: a mount namespace:", err)
		return exitTrouble
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for s := range signals {
			_ = child.Process.Signal(s) // it may already have exited
		}
	}()
	err := child.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		return exitTrouble
	}
	return child.ProcessState.ExitCode()
}
