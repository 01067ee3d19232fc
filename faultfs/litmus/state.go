package litmus

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/afero"
)

// nothing is the state of an empty disk.
const nothing = "nothing"

// State returns everything on a disk in the notation of outcomes, which the package documentation describes. It reads
// every file and follows no symbolic link.
func State(disk afero.Fs) (string, error) {
	var words []string
	err := visit(disk, "/", func(name string, info os.FileInfo) error {
		word, err := describe(disk, name, info)
		words = append(words, word)
		return err
	})
	if err != nil {
		return "", err
	}
	if len(words) == 0 {
		return nothing, nil
	}
	return strings.Join(words, " "), nil
}

func describe(disk afero.Fs, name string, info os.FileInfo) (string, error) {
	switch {
	case info.IsDir():
		return name + "/", nil
	case info.Mode()&fs.ModeSymlink != 0:
		links, ok := disk.(afero.LinkReader)
		if !ok {
			return "", ErrUnsupported
		}
		target, err := links.ReadlinkIfPossible(name)
		return name + "->" + target, err
	}
	f, err := disk.Open(name)
	if err != nil {
		return "", err
	}
	b, err := readAll(f)
	return name + "=" + runs(b), errors.Join(err, f.Close())
}

// visit calls each for everything below a directory in name order, each directory before its contents.
func visit(disk afero.Fs, dir string, each func(string, os.FileInfo) error) error {
	d, err := disk.Open(dir)
	if err != nil {
		return err
	}
	infos, err := d.Readdir(-1)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	slices.SortFunc(infos, func(a, b os.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	for _, info := range infos {
		name := path.Join(dir, info.Name())
		if err := each(name, info); err != nil {
			return err
		}
		if info.IsDir() {
			if err := visit(disk, name, each); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncAll makes everything that has a name durable.
func syncAll(disk afero.Fs) error {
	err := visit(disk, "/", func(name string, info os.FileInfo) error {
		if info.Mode()&fs.ModeSymlink != 0 {
			return nil // durable with its directory
		}
		return syncPath(disk, name)
	})
	return errors.Join(err, syncPath(disk, "/"))
}

func syncPath(disk afero.Fs, name string) error {
	f, err := disk.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// readAll reads a file from its start through ReadAt, which leaves the position alone.
func readAll(f afero.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b := make([]byte, info.Size())
	n, err := f.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}

// runs writes bytes as run lengths: "A512+.100" is 512 times A and a hundred zeros, "?8" is eight bytes that are
// neither letters nor zeros.
func runs(b []byte) string {
	var out []string
	for i := 0; i < len(b); {
		j := i
		for j < len(b) && symbol(b[j]) == symbol(b[i]) {
			j++
		}
		out = append(out, string(symbol(b[i]))+strconv.Itoa(j-i))
		i = j
	}
	return strings.Join(out, "+")
}

func symbol(b byte) byte {
	switch {
	case b == 0:
		return '.'
	case 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z':
		return b
	}
	return '?'
}
