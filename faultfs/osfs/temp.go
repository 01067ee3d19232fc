package osfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// CreateTemp is os.CreateTemp, except that dir must be given and names are numbered instead of random.
func (d *FS) CreateTemp(dir, pattern string) (f *File, err error) {
	err = d.temporary(dir, pattern, func(name string) error {
		f, err = d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	return f, err
}

// MkdirTemp is os.MkdirTemp, except that dir must be given and names are numbered instead of random.
func (d *FS) MkdirTemp(dir, pattern string) (path string, err error) {
	err = d.temporary(dir, pattern, func(name string) error {
		path = name
		return d.Mkdir(name, 0o700)
	})
	if err != nil {
		return "", err
	}
	return path, nil
}

// temporary calls create with one name after another until one is free.
func (d *FS) temporary(dir, pattern string, create func(name string) error) error {
	before, after := pattern, ""
	if star := strings.LastIndexByte(pattern, '*'); star >= 0 {
		before, after = pattern[:star], pattern[star+1:]
	}
	for {
		err := create(filepath.Join(dir, before+strconv.Itoa(d.nextTemp())+after))
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

func (d *FS) nextTemp() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.temps++
	return d.temps
}
