package calibrate

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// faults makes the disk below a filesystem fail.
type faults struct {
	rig  *rig
	disk string
}

var _ litmus.Faulty = (*worldFS)(nil)

// anyNumber of writes fail until the failure is lifted.
const anyNumber = 1 << 30

// FailSync calls sync while the disk refuses the bytes of a file. A filesystem that journals data may write them to
// their final place later, so its journal is emptied before the disk works again.
func (w *worldFS) FailSync(name string, sync func() error) error {
	f, err := os.Open(w.path(name))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	failure, err := w.refuse(f)
	if err != nil {
		return err
	}
	r := w.faults.rig
	if err := r.disks.Fail(w.faults.disk, failure); err != nil {
		return err
	}
	syncErr := sync()
	hit, err := r.disks.Failed(w.faults.disk)
	if hit == 0 && err == nil && r.fs.JournalsData {
		_ = kernelfs.EmptyJournal(r.mountPoint()) // the kernel does this in the background, where no one gets the error
		hit, err = r.disks.Failed(w.faults.disk)
	}
	if err := errors.Join(err, r.disks.Fail(w.faults.disk, blockfs.Failure{})); err != nil {
		return err
	}
	if hit == 0 {
		return fmt.Errorf("calibrate: %s: no write of its bytes reached the disk", name)
	}
	return syncErr
}

// refuse returns the failure that hits writes of a file: of its sectors anywhere on the disk, or only at the file's
// place if the same bytes are also written to the journal.
func (w *worldFS) refuse(f *os.File) (blockfs.Failure, error) {
	info, err := f.Stat()
	if err != nil {
		return blockfs.Failure{}, err
	}
	content := make([]byte, info.Size())
	if _, err := f.ReadAt(content, 0); err != nil {
		return blockfs.Failure{}, err
	}
	failure := blockfs.Failure{Content: content, Times: anyNumber}
	if w.faults.rig.fs.JournalsData {
		failure.From, failure.To, err = place(f)
	}
	return failure, err
}

// place returns the byte range of a file's first extent on the disk.
func place(f *os.File) (from, to int64, err error) {
	const fiemap = 0xc020660b // FS_IOC_FIEMAP
	var m struct {
		start, length                   uint64
		flags, mapped, extents, _       uint32
		logical, physical, extentLength uint64
		_                               [2]uint64
		extentFlags                     uint32
		_                               [3]uint32
	}
	m.length, m.extents = 1<<62, 1
	if err := kernelfs.Ioctl(int(f.Fd()), fiemap, unsafe.Pointer(&m)); err != nil {
		return 0, 0, err
	}
	if m.mapped == 0 {
		return 0, 0, errors.New("calibrate: the file has no place on the disk yet")
	}
	return int64(m.physical), int64(m.physical + m.extentLength), nil
}

// Evict drops the pages of a file from memory, as the kernel does under memory pressure.
func (w *worldFS) Evict(name string) error {
	f, err := os.Open(w.path(name))
	if err != nil {
		return err
	}
	err = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	return errors.Join(os.NewSyscallError("fadvise", err), f.Close())
}
