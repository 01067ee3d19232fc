package remains

import (
	"errors"
	"path"

	"github.com/spf13/afero"
)

// Files returns the size of each file below a directory, by its path.
func Files(fs afero.Fs, dir string) (map[string]int64, error) {
	sizes := map[string]int64{}
	return sizes, addFiles(sizes, fs, dir)
}

// Usage is the disk usage of a store.
type Usage struct {
	Files int
	Bytes int64
}

// UsageOf returns the number and the total size of the files below a directory.
func UsageOf(fs afero.Fs, dir string) (u Usage, err error) {
	sizes, err := Files(fs, dir)
	for _, size := range sizes {
		u.Files, u.Bytes = u.Files+1, u.Bytes+size
	}
	return u, err
}

func addFiles(sizes map[string]int64, fs afero.Fs, dir string) error {
	d, err := fs.Open(dir)
	if err != nil {
		return err
	}
	infos, err := d.Readdir(0)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	for _, info := range infos {
		name := path.Join(dir, info.Name())
		if !info.IsDir() {
			sizes[name] = info.Size()
		} else if err := addFiles(sizes, fs, name); err != nil {
			return err
		}
	}
	return nil
}
