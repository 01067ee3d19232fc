package hostdisk

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// own makes an open temporary file or directory this process's own. It reports whether it still has its name: before it was
// locked, another process may have taken it for abandoned.
func own(f *os.File) bool {
	lock(f)
	return isNamed(f)
}

// isNamed reports whether an open file or directory still has the name that it was opened by.
func isNamed(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(here, there)
}

// abandoned calls remove for everything in a directory that has the prefix, is of a kind, belongs to this user, and has no
// owner any more. An error leaves it there: whoever cannot clean up can still work.
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

// removeUnowned removes a file or directory unless a process owns it. It is locked meanwhile: who has just made it waits.
func removeUnowned(name string, remove func(name string) error) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	if tryLock(f) && isNamed(f) {
		_ = remove(name) // the next process tries again
	}
	_ = f.Close() // only read
}
