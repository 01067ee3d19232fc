package mount

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Mount is a mounted directory that serves filesystems, each as a subdirectory. Its methods are safe for concurrent use.
type Mount struct {
	dir    string
	server *fuse.Server
	nodes  *nodes
	served chan struct{} // closed once the kernel has ended the connection
}

// New mounts on an empty directory. The error says why this process cannot do that.
func New(dir string) (*Mount, error) {
	fd, err := connect(dir)
	if err != nil {
		return nil, err
	}
	m := &Mount{dir: dir, nodes: newNodes(), served: make(chan struct{})}
	m.server, err = fuse.NewServer(m.nodes, fmt.Sprintf("/dev/fd/%d", fd), &fuse.MountOptions{
		DisableReadDirPlus: true, DisableSplice: true, MaxWrite: maxWrite,
		MaxReadAhead:      1, // no readahead; 0 would mean the kernel's default
		ExtraCapabilities: fuse.CAP_DIRECT_IO_ALLOW_MMAP,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("mount: serve %s: %w", dir, err), unix.Close(fd), unix.Unmount(dir, unix.MNT_DETACH))
	}
	go func() {
		m.server.Serve()
		close(m.served)
	}()
	return m, nil
}

// Type is the type of the filesystem that New mounts.
const Type = "fuse.lightning-torture"

// maxWrite is the maximum size of a write request in bytes.
const maxWrite = 1 << 20

// connect mounts and returns the /dev/fuse descriptor, which is close-on-exec.
func connect(dir string) (int, error) {
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("mount: open /dev/fuse: %w", err)
	}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d,max_read=%d,default_permissions,allow_other",
		fd, os.Geteuid(), os.Getegid(), maxWrite)
	if err := unix.Mount("lightning-torture", dir, Type, unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return 0, errors.Join(fmt.Errorf("mount: mount FUSE on %s: %w", dir, err), unix.Close(fd))
	}
	return fd, nil
}

// Add starts serving a filesystem and returns the path of its root directory.
func (m *Mount) Add(d Disk) string {
	return filepath.Join(m.dir, strconv.FormatUint(m.nodes.add(d), 10))
}

// Attrs returns the attributes of the files below a path that Add returned.
func (m *Mount) Attrs(path string) map[faultfs.Ino]Attr { return m.nodes.attrsOf(slotOf(path)) }

// Remove stops serving a filesystem. Processes that still use it get ESTALE.
func (m *Mount) Remove(path string) {
	m.nodes.remove(slotOf(path))
	_ = m.server.EntryNotify(fuse.FUSE_ROOT_ID, filepath.Base(path)) // an error means that the kernel did not have it cached
}

func slotOf(path string) uint64 {
	slot, _ := strconv.ParseUint(filepath.Base(path), 10, slotBits)
	return slot
}

// Close unmounts. It succeeds even if processes still use the mount; they get errors from then on.
func (m *Mount) Close() error {
	err := unix.Unmount(m.dir, unix.MNT_FORCE) // aborts requests that wait for the server
	if err != nil {                            // EBUSY: it is still in use
		err = unix.Unmount(m.dir, unix.MNT_DETACH)
	}
	if err == nil {
		<-m.served
	}
	return err
}
