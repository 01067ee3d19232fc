package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SyncCall is a call of sync(2) or syncfs(2).
type SyncCall struct {
	Thread int    // that waits in the call
	Path   string // of the descriptor that syncfs got; empty for sync
}

// WatchSyncs makes every process that is started in the room from now on wait in sync(2) and syncfs(2) until the
// function call has returned. Without this, such a system call would not reach a filesystem that a process serves. If
// call has done what the process asked for, its error becomes the result; otherwise the kernel carries out the system
// call. The calls take place one at a time.
//
// The thread of the room installs a seccomp filter, which its children inherit. It takes no right away from them.
func (r *Room) WatchSyncs(call func(SyncCall) (done bool, err error)) (err error) {
	var listener int
	r.inside(func() { listener, err = listenForSyncs() })
	if err != nil {
		return fmt.Errorf("process: watch sync(2): %w", err)
	}
	go func() {
		for serveSync(listener, call) {
		}
		_ = unix.Close(listener) // only read from
	}()
	return nil
}

// listenForSyncs installs the filter on this thread and returns the descriptor that tells of the calls.
func listenForSyncs() (int, error) {
	arch, known := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if !known {
		return 0, errors.ErrUnsupported
	}
	const nr, archAt = 0, 4 // offsets in struct seccomp_data
	const load, equal, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	code := []unix.SockFilter{
		{Code: load, K: archAt},
		{Code: equal, K: arch, Jf: 3},
		{Code: load, K: nr},
		{Code: equal, K: unix.SYS_SYNC, Jt: 2},
		{Code: equal, K: unix.SYS_SYNCFS, Jt: 1},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
		{Code: ret, K: unix.SECCOMP_RET_USER_NOTIF},
	}
	filter := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		return 0, os.NewSyscallError("seccomp", errno)
	}
	unix.CloseOnExec(int(fd))
	return int(fd), nil
}

// notification is struct seccomp_notif: a thread waits in a system call.
type notification struct {
	id        uint64
	thread, _ uint32
	nr        int32
	_         uint32
	_         uint64
	arguments [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	id    uint64
	value int64
	errno int32 // negative
	flags uint32
}

// serveSync waits for a call and answers it. It returns false when no process is left that could make one.
func serveSync(listener int, call func(SyncCall) (done bool, err error)) bool {
	for {
		ready := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) || ready[0].Revents&unix.POLLHUP != 0 {
			return false
		}
		if ready[0].Revents&unix.POLLIN != 0 {
			break
		}
	}
	var n notification
	if control(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)) != nil {
		return true // the thread was killed or interrupted
	}
	answer := response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	c, known := SyncCall{Thread: int(n.thread)}, true
	if n.nr == unix.SYS_SYNCFS {
		var err error
		c.Path, err = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", n.thread, int32(n.arguments[0]))) // does not touch what it leads to
		known = err == nil                                                                        // otherwise the kernel returns EBADF
	}
	if known {
		if done, err := call(c); done {
			answer.flags, answer.errno = 0, -int32(errnoOf(err))
		}
	}
	_ = control(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&answer)) // it may have been killed by now
	return true
}

// errnoOf returns the error number of an error of a sync.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	if err != nil && !errors.As(err, &errno) {
		errno = syscall.EIO
	}
	return errno
}

func control(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return os.NewSyscallError("ioctl", errno)
	}
	return nil
}
