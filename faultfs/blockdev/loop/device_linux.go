package loop

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Device is a block device over a file.
type Device struct {
	Path string
	dev  *os.File
}

// Attach creates a block device over a file, with sectors of 512 bytes and no cache of its own.
func Attach(path string) (*Device, error) {
	file, err := os.OpenFile(path, os.O_RDWR|unix.O_DIRECT, 0)
	if err != nil {
		return nil, fmt.Errorf("loop: %w", err)
	}
	defer func() { _ = file.Close() }() // the device holds its own reference
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("loop: %w", err)
	}
	defer func() { _ = control.Close() }()
	for range attempts {
		d, err := attach(control, file)
		if !errors.Is(err, unix.EBUSY) { // on EBUSY, another process took the free device first
			return d, err
		}
	}
	return nil, fmt.Errorf("loop: attach %s: %w", path, unix.EBUSY)
}

const attempts = 32

func attach(control, file *os.File) (*Device, error) {
	n, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
	if err != nil {
		return nil, os.NewSyscallError("LOOP_CTL_GET_FREE", err)
	}
	d := &Device{Path: fmt.Sprintf("/dev/loop%d", n)}
	if d.dev, err = os.OpenFile(d.Path, os.O_RDWR, 0); err != nil {
		return nil, fmt.Errorf("loop: %w", err)
	}
	config := unix.LoopConfig{Fd: uint32(file.Fd()), Size: 512}
	config.Info.Flags = unix.LO_FLAGS_DIRECT_IO | unix.LO_FLAGS_AUTOCLEAR
	if err := unix.IoctlLoopConfigure(int(d.dev.Fd()), &config); err != nil {
		return nil, errors.Join(os.NewSyscallError("LOOP_CONFIGURE", err), d.dev.Close())
	}
	return d, nil
}

// Detach releases the device. Anything mounted from it must be unmounted first.
func (d *Device) Detach() error {
	err := unix.IoctlSetInt(int(d.dev.Fd()), unix.LOOP_CLR_FD, 0)
	return errors.Join(os.NewSyscallError("LOOP_CLR_FD", err), d.dev.Close())
}
