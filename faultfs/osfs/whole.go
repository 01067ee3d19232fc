package osfs

import (
	"cmp"
	"io"
	"os"
	"slices"
)

// ReadFile is os.ReadFile.
func (d *FS) ReadFile(name string) ([]byte, error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return data, err
}

// WriteFile is os.WriteFile. Like that, it syncs nothing.
func (d *FS) WriteFile(name string, data []byte, perm os.FileMode) error {
	f, err := d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// ReadDir is os.ReadDir: the entries sorted by name.
func (d *FS) ReadDir(name string) ([]os.DirEntry, error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	if closed := f.Close(); err == nil {
		err = closed
	}
	return entries, err
}
