package kernel

import "golang.org/x/sys/unix"

// noAtime makes reading a file leave its time of access alone, which would be a write to the disk.
const noAtime = unix.O_NOATIME
