package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// try is a job that only mounts FUSE.
var try = Job{Name: "try", Do: func(_ context.Context, _ json.RawMessage, dir string, _ func(any) error) error {
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open /dev/fuse: %w", err)
	}
	defer unix.Close(fd) //nolint:errcheck // closing it ends the mount
	if err := unix.Mount("try", dir, "fuse", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", fd)); err != nil {
		return fmt.Errorf("mount FUSE: %w", err)
	}
	return unix.Unmount(dir, unix.MNT_DETACH)
}}

// Possible tries whether a stage can mount FUSE on this machine. The error says why not, and the remedy.
func Possible(ctx context.Context) error {
	err := Run(ctx, try.Name, nil, func(json.RawMessage) error { return nil })
	if err == nil || ctx.Err() != nil {
		return err
	}
	remedy := "run as root, or let everybody use FUSE (install fuse3, chmod 666 /dev/fuse) and user namespaces (sysctl kernel.unprivileged_userns_clone=1)"
	if os.Geteuid() == 0 {
		remedy = "load the kernel module fuse, and in a container allow the device /dev/fuse and the capability SYS_ADMIN (docker run --device /dev/fuse --cap-add SYS_ADMIN)"
	}
	return fmt.Errorf("a program cannot get a disk of the lab here: %w; %s", err, remedy)
}
