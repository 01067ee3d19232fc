package explore

import (
	"errors"
	"path"

	"github.com/spf13/afero"
)

// usage is what a store takes on its disk.
type usage struct {
	files int
	bytes int64
}

func usageOf(fs afero.Fs, dir string) (u usage, err error) {
	sizes := map[string]int64{}
	if err := addFiles(sizes, fs, dir); err != nil {
		return u, err
	}
	for _, size := range sizes {
		u.files, u.bytes = u.files+1, u.bytes+size
	}
	return u, nil
}

// addFiles adds the size of each file below a directory, by its path.
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
