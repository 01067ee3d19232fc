package hostdisk

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// own makes this process the owner of an open temporary file or directory. It reports whether the name still exists:
// before it was locked, another process may have taken it for abandoned and removed it.
func own(f *os.File) bool {
	lock(f)
	return isNamed(f)
}

// isNamed reports whether an open file or directory still has the name under which it was opened.
func isNamed(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(here, there)
}

// abandoned calls remove for everything in a directory that has the prefix and the kind, belongs to this user, and no
// longer has an owner. Errors are ignored, because the caller can work without the clean-up.
func abandoned(dir, prefix string, kind func(fs.FileInfo) bool, remove func(name string) error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		name := filepath.Join(dir, e.Name())
		if info, err := os.Lstat(name); err == nil && kind(info) && isMine(info) {
			removeUnowned(name, remove)
		}
	}
}

// removeUnowned removes a file or directory unless a process owns it. It holds the lock meanwhile, so that a process
// that has just created it waits.
func removeUnowned(name string, remove func(name string) error) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	if tryLock(f) && isNamed(f) {
		_ = remove(name) // the next process tries again
	}
	_ = f.Close() // opened for reading only
}
