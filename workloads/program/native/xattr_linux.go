package native

import "golang.org/x/sys/unix"

func lsetxattr(path, name string, value []byte) error { return unix.Lsetxattr(path, name, value, 0) }
