package hostdisk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/spf13/afero"
)

// savingPrefix is the prefix of temporary files.
const savingPrefix = ".saving-"

// WriteFile creates or replaces a file with the output of write. The directory must exist. A link is followed. A pipe
// or a device, such as /dev/stdout, is written to directly. The file has permissions perm, before umask.
func WriteFile(name string, perm fs.FileMode, write func(w io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return writeThrough(name, write)
	}
	sweepFiles(filepath.Dir(name))
	if err := writeFile(afero.NewOsFs(), name, perm, write); err != nil {
		return fmt.Errorf("%s: %w", name, err) // the error itself names a temporary file
	}
	return nil
}

// writeThrough writes directly to a pipe or device.
func writeThrough(name string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// CheckWritable returns an error unless files can be created in a directory.
func CheckWritable(dir string) error {
	sweepFiles(dir)
	f, err := createTemp(afero.NewOsFs(), dir, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeFile writes a temporary file and renames it. Where there are locks, the file is closed last, because closing
// releases its lock. Elsewhere it is closed before, because a system may refuse to rename an open file.
func writeFile(disk afero.Fs, name string, perm fs.FileMode, write func(w io.Writer) error) error {
	f, err := createTemp(disk, filepath.Dir(name), perm)
	if err != nil {
		return err
	}
	closeOnce := sync.OnceValue(f.Close)
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err == nil && !haveLocks {
		err = closeOnce()
	}
	if err == nil {
		err = disk.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, closeOnce(), disk.Remove(f.Name()))
	}
	return errors.Join(closeOnce(), syncDir(disk, filepath.Dir(name)))
}

// lastTemp makes the names of temporary files unique within the process.
var lastTemp atomic.Uint64

// createTemp creates a temporary file owned by this process.
func createTemp(disk afero.Fs, dir string, perm fs.FileMode) (afero.File, error) {
	for {
		name := filepath.Join(dir, fmt.Sprintf("%s%d-%d", savingPrefix, os.Getpid(), lastTemp.Add(1)))
		f, err := disk.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) {
			continue // left by a process with the same ID, in another container
		}
		if err != nil {
			return nil, err
		}
		if real, ok := f.(*os.File); !ok || own(real) {
			return f, nil
		}
		_ = f.Close() // another process took it for abandoned before it was locked, and removed it
	}
}

// syncDir makes a rename durable, if directories can be synced.
func syncDir(disk afero.Fs, dir string) error {
	d, err := disk.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// sweepFiles removes the temporary files in a directory whose owners are gone.
func sweepFiles(dir string) {
	abandoned(dir, savingPrefix, func(info fs.FileInfo) bool { return info.Mode().IsRegular() }, os.Remove)
}

// CopyFile copies a file into a directory under its own name and returns the path of the copy. It creates missing
// directories.
func CopyFile(name, dir string) (to string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	from, err := os.Open(name)
	if err != nil {
		return "", err
	}
	to = filepath.Join(dir, filepath.Base(name))
	err = WriteFile(to, 0o666, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
	if err := errors.Join(err, from.Close()); err != nil {
		return "", err
	}
	return to, nil
}
