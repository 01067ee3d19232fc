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
	d, err := fs.Open(dir)
	if err != nil {
		return u, err
	}
	infos, err := d.Readdir(0)
	if err := errors.Join(err, d.Close()); err != nil {
		return u, err
	}
	for _, info := range infos {
		if !info.IsDir() {
			u.files, u.bytes = u.files+1, u.bytes+info.Size()
			continue
		}
		inner, err := usageOf(fs, path.Join(dir, info.Name()))
		if err != nil {
			return u, err
		}
		u.files, u.bytes = u.files+inner.files, u.bytes+inner.bytes
	}
	return u, nil
}
