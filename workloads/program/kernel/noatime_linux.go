package kernel

import "golang.org/x/sys/unix"

// noAtime opens a file so that reading it does not update its access time, because the update would be a write to the disk.
const noAtime = unix.O_NOATIME
