package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// sharedMemory is where each room has a private tmpfs. POSIX shared memory is there too.
const sharedMemory = "/dev/shm"

// Tmp is the directory for sockets and other temporary files of a server. Every room has its own under the same path.
const Tmp = sharedMemory + "/torture"

// live is the goroutine whose thread is in the room. It never unlocks the thread, so the runtime ends the thread with it.
func (r *Room) live(furnish func() error, entered chan<- error) {
	runtime.LockOSThread()
	err := furnish()
	entered <- err
	if err != nil {
		return
	}
	for job := range r.jobs {
		job()
	}
}

// furnish moves this thread to new namespaces and sets up the network and Tmp.
func furnish() error {
	if err := unix.Unshare(unix.CLONE_NEWNET | unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("process: make a network and mounts for a server: %w", err)
	}
	// Mounts made in here are invisible outside, but shared mounts of the lab are visible in here.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("process: make mounts private: %w", err)
	}
	if err := unix.Mount("room", sharedMemory, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777"); err != nil {
		return fmt.Errorf("process: mount a directory in memory on %s: %w", sharedMemory, err)
	}
	return errors.Join(loopbackUp(), makeTmp())
}

func makeTmp() error { return errors.Join(os.Mkdir(Tmp, os.ModePerm), os.Chmod(Tmp, os.ModePerm)) }

// loopbackUp brings up the loopback interface, the only one of the network.
func loopbackUp() (err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("process: bring up the loopback interface: %w", err)
	}
	defer func() { err = errors.Join(err, unix.Close(fd)) }()
	lo, err := unix.NewIfreq("lo")
	if err == nil {
		lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		err = unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
	}
	return err
}

// sweep empties Tmp and removes what the previous server left in shared memory.
func (r *Room) sweep() (err error) {
	r.inside(func() {
		var left []string
		if left, err = filepath.Glob(sharedMemory + "/*"); err != nil {
			return
		}
		for _, name := range left {
			err = errors.Join(err, os.RemoveAll(name))
		}
		err = errors.Join(err, makeTmp())
	})
	return err
}

// asServer makes a process the first one of a new PID namespace, with its own IPC namespace.
func asServer(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWIPC}
}

// signal sends a signal to the process group of a server.
func signal(cmd *exec.Cmd, name string) error {
	return unix.Kill(-cmd.Process.Pid, unix.SignalNum(name))
}

// SignalKnown reports whether there is a signal of that name.
func SignalKnown(name string) bool { return unix.SignalNum(name) != 0 }

// accepts reports whether something listens on a port of this thread's network.
func accepts(port int) bool {
	to := map[int]unix.Sockaddr{
		unix.AF_INET:  &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}},
		unix.AF_INET6: &unix.SockaddrInet6{Port: port, Addr: [16]byte{15: 1}},
	}
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			continue // the kernel does not support this address family
		}
		err = unix.Connect(fd, to[family])
		if unix.Close(fd) == nil && err == nil {
			return true
		}
	}
	return false
}
