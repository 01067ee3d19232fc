package calibrate

import (
	"fmt"
	"os"
	"os/exec"
)

// Missing returns why no real filesystem can be tested here and what to do about it, or "".
func Missing() string {
	if os.Geteuid() != 0 {
		return "mounting disks needs root; run it with sudo"
	}
	for _, device := range []string{"/dev/fuse", "/dev/loop-control"} {
		f, err := os.OpenFile(device, os.O_RDWR, 0)
		if err != nil {
			return fmt.Sprintf("%s; the kernel needs the drivers fuse and loop: modprobe fuse loop", err)
		}
		_ = f.Close() // opened only to see that it exists
	}
	return ""
}

// Missing returns why this filesystem cannot be tested here and what to do about it, or "".
func (f Filesystem) Missing() string {
	if _, err := exec.LookPath(f.Mkfs[0]); err != nil {
		return fmt.Sprintf("no %s; apt-get install -y %s", f.Mkfs[0], f.Package)
	}
	return ""
}
