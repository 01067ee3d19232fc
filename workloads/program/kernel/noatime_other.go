//go:build !linux

package kernel

// noAtime does nothing on this system, which mounts no disks.
const noAtime = 0
