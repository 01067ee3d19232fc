package endless

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// snapshot is the saved form of a life between two stretches. It is stored as gob, followed by a checksum.
type snapshot struct {
	Seed    uint64
	Stretch int
	Commits uint64
	Model   []uint64
	Files   []savedFile
}

// savedFile is a file of the store, or a directory.
type savedFile struct {
	Name string
	Dir  bool
	Data []byte
}

// Save writes the life to its file atomically. It may be called only between two stretches.
func (l *Life) Save() error {
	files, err := l.files()
	if err != nil {
		return err
	}
	v := snapshot{Seed: l.seed, Stretch: l.stretch, Commits: l.commits, Model: l.model, Files: files}
	return hostdisk.WriteFile(l.file, 0o644, func(w io.Writer) error {
		sum, buffered := crc32.NewIEEE(), bufio.NewWriter(w)
		if err := gob.NewEncoder(io.MultiWriter(buffered, sum)).Encode(&v); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(buffered, "%08x", sum.Sum32()); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

// files returns the files on the disk. The store must be closed.
func (l *Life) files() (all []savedFile, err error) {
	err = afero.Walk(l.disk, dir, func(name string, info fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		file := savedFile{Name: name, Dir: info.IsDir()}
		if !file.Dir {
			file.Data, err = afero.ReadFile(l.disk, name)
		}
		all = append(all, file)
		return err
	})
	return all, err
}

// Load returns the life saved in a file, or a new one if the file does not exist. If the file is damaged or belongs to another
// life, the error says so and gives the remedy.
func Load(target torture.Target, seed uint64, bytes int64, file string) (*Life, error) {
	l := New(target, seed, bytes, file)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	} else if err != nil {
		return nil, err
	}
	v, err := decode(text)
	if err != nil || v.Seed != seed || len(v.Model) != len(l.model) {
		return nil, fmt.Errorf("%s is not a snapshot of this soak's store (%w); remove it to begin with an empty store", file, errors.Join(err, errOther))
	}
	l.stretch, l.commits, l.model = v.Stretch, v.Commits, v.Model
	return l, l.restore(v.Files)
}

var errOther = errors.New("it is damaged, or of another soak")

func decode(text []byte) (*snapshot, error) {
	const sumLen = 8
	if len(text) < sumLen {
		return nil, io.ErrUnexpectedEOF
	}
	body, sum := text[:len(text)-sumLen], text[len(text)-sumLen:]
	if want := fmt.Sprintf("%08x", crc32.ChecksumIEEE(body)); want != string(sum) {
		return nil, fmt.Errorf("its checksum is %q, not %q", sum, want)
	}
	v := &snapshot{}
	return v, gob.NewDecoder(bytes.NewReader(body)).Decode(v)
}

// restore writes files to the disk durably.
func (l *Life) restore(files []savedFile) error {
	dirs := []string{"/"}
	for _, f := range files {
		if f.Dir {
			if err := l.disk.Mkdir(f.Name, 0o777); err != nil {
				return err
			}
			dirs = append(dirs, f.Name)
			continue
		}
		if err := l.put(f); err != nil {
			return err
		}
	}
	for _, name := range dirs {
		d, err := l.disk.Open(path.Clean(name))
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (l *Life) put(f savedFile) error {
	to, err := l.disk.Create(f.Name)
	if err != nil {
		return err
	}
	if _, err = to.Write(f.Data); err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}
