package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/syndtr/goleveldb/leveldb/storage"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// usable returns nil if the files can be used, or also changed if changes is set, and otherwise the reason. The caller
// holds mu.
func (s *files) usable(changes bool, fds ...storage.FileDesc) error {
	for _, fd := range fds {
		if !storage.FileDescOk(fd) {
			return storage.ErrInvalidFile
		}
	}
	switch {
	case changes && s.mode == ReadOnly:
		return errReadOnly
	case s.closed:
		return storage.ErrClosed
	}
	return nil
}

func (s *files) List(types storage.FileType) (fds []storage.FileDesc, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, storage.ErrClosed
	}
	names, err := s.names()
	for _, name := range names {
		if fd, ok := parse(name); ok && fd.Type&types != 0 {
			fds = append(fds, fd)
		}
	}
	return fds, err
}

// names lists the directory.
func (s *files) names() ([]string, error) {
	d, err := s.disk.Open(s.dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(0)
	return names, errors.Join(err, d.Close())
}

func (s *files) Open(fd storage.FileDesc) (storage.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(false, fd); err != nil {
		return nil, err
	}
	f, err := s.disk.Open(s.in(nameOf(fd)))
	if old := oldNameOf(fd); old != "" && errors.Is(err, fs.ErrNotExist) {
		if again, missing := s.disk.Open(s.in(old)); missing == nil {
			f, err = again, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return &file{File: f, of: s, fd: fd}, nil
}

func (s *files) Create(fd storage.FileDesc) (storage.Writer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(true, fd); err != nil {
		return nil, err
	}
	f, err := s.disk.OpenFile(s.in(nameOf(fd)), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	return &file{File: f, of: s, fd: fd}, nil
}

func (s *files) Remove(fd storage.FileDesc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(true, fd); err != nil {
		return err
	}
	err := s.disk.Remove(s.in(nameOf(fd)))
	if old := oldNameOf(fd); old != "" && errors.Is(err, fs.ErrNotExist) {
		if again := s.disk.Remove(s.in(old)); !errors.Is(again, fs.ErrNotExist) {
			err = again
		}
	}
	return err
}

func (s *files) Rename(from, to storage.FileDesc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.usable(true, from, to)
	if err != nil || from == to {
		return err
	}
	return s.disk.Rename(s.in(nameOf(from)), s.in(nameOf(to)))
}

// file is an open file.
type file struct {
	*osfs.File
	of *files
	fd storage.FileDesc
}

// Sync also makes the name of a manifest durable.
func (f *file) Sync() error {
	if err := f.File.Sync(); err != nil || f.fd.Type != storage.TypeManifest {
		return err
	}
	return f.of.disk.SyncDir(f.of.dir)
}

// Close returns ErrClosed if the file is already closed.
func (f *file) Close() error {
	err := f.File.Close()
	if errors.Is(err, fs.ErrClosed) {
		return storage.ErrClosed
	}
	return err
}

// nameOf returns the name of a file; fd must be valid.
func nameOf(fd storage.FileDesc) string { return fd.String() }

// oldNameOf returns the name that earlier versions gave to a table, or "" for any other file.
func oldNameOf(fd storage.FileDesc) string {
	if fd.Type == storage.TypeTable {
		return fmt.Sprintf("%06d.sst", fd.Num)
	}
	return ""
}

// suffixes maps the suffixes of numbered files to their types.
var suffixes = map[string]storage.FileType{
	"log": storage.TypeJournal, "ldb": storage.TypeTable, "sst": storage.TypeTable, "tmp": storage.TypeTemp,
}

// parse is the inverse of nameOf.
func parse(name string) (fd storage.FileDesc, ok bool) {
	var tail string
	if _, err := fmt.Sscanf(name, "%d.%s", &fd.Num, &tail); err == nil {
		fd.Type, ok = suffixes[tail]
		return fd, ok
	}
	if n, _ := fmt.Sscanf(name, "MANIFEST-%d%s", &fd.Num, &tail); n == 1 {
		fd.Type = storage.TypeManifest
		return fd, true
	}
	return storage.FileDesc{}, false
}
