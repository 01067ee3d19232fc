package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/syndtr/goleveldb/leveldb/storage"
)

// The file CURRENT names the current manifest, followed by a line feed. CURRENT.N names manifest N and has not been
// renamed to CURRENT yet; CURRENT.bak is the previous CURRENT.
const (
	current = "CURRENT"
	backup  = "CURRENT.bak"
)

func (s *files) SetMeta(fd storage.FileDesc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(true, fd); err != nil {
		return err
	}
	return s.setMeta(fd)
}

func (s *files) setMeta(fd storage.FileDesc) error {
	content := []byte(nameOf(fd) + "\n")
	_, err := s.disk.Stat(s.in(current))
	switch {
	case err == nil:
		old, err := s.disk.ReadFile(s.in(current))
		if err != nil || bytes.Equal(old, content) {
			return err
		}
		if err := s.writeSynced(backup, old); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	next := current + "." + strconv.FormatInt(fd.Num, 10)
	if err := s.writeSynced(next, content); err != nil {
		return err
	}
	if err := s.disk.Rename(s.in(next), s.in(current)); err != nil {
		return err
	}
	return s.disk.SyncDir(s.dir)
}

func (s *files) writeSynced(name string, content []byte) error {
	f, err := s.disk.OpenFile(s.in(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func (s *files) GetMeta() (storage.FileDesc, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return storage.FileDesc{}, storage.ErrClosed
	}
	names, err := s.names()
	if err != nil {
		return storage.FileDesc{}, err
	}
	pending := pendingOf(names)
	next, nextErr := s.first(pending)
	now, nowErr := s.first([]string{current, backup})
	for _, err := range []error{nextErr, nowErr} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !corrupt(err) {
			return storage.FileDesc{}, err
		}
	}
	if nextErr == nil && (nowErr != nil || next.fd.Num > now.fd.Num) {
		now, nowErr = next, nil
	}
	switch {
	case nowErr == nil:
		s.putRight(now, pending)
		return now.fd, nil
	case corrupt(nextErr):
		return storage.FileDesc{}, nextErr
	}
	return storage.FileDesc{}, nowErr
}

// pendingOf returns the names of the CURRENT.N files, newest first.
func pendingOf(names []string) []string {
	var numbers []int64
	for _, name := range names {
		if number, ok := strings.CutPrefix(name, current+"."); ok {
			if n, err := strconv.ParseInt(number, 10, 64); err == nil {
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	var pending []string
	for _, n := range slices.Backward(numbers) {
		pending = append(pending, current+"."+strconv.FormatInt(n, 10))
	}
	return pending
}

// pointer is a file that names a manifest.
type pointer struct {
	name string
	fd   storage.FileDesc
}

// first returns the first of the named files that names an existing manifest. If there is none, the error is that of
// the last damaged file, or os.ErrNotExist.
func (s *files) first(names []string) (pointer, error) {
	none := os.ErrNotExist
	for _, name := range names {
		p, err := s.read(name)
		switch {
		case err == nil:
			return p, nil
		case corrupt(err):
			none = err
		case !errors.Is(err, fs.ErrNotExist):
			return pointer{}, err
		}
	}
	return pointer{}, none
}

func (s *files) read(name string) (pointer, error) {
	content, err := s.disk.ReadFile(s.in(name))
	if err != nil {
		return pointer{}, err
	}
	manifest, whole := bytes.CutSuffix(content, []byte("\n"))
	fd, ok := parse(string(manifest))
	if !whole || !ok {
		return pointer{}, &storage.ErrCorrupted{Err: fmt.Errorf("storage: %s contains %q, which is not the name of a manifest", name, content)}
	}
	_, err = s.disk.Stat(s.in(nameOf(fd)))
	return pointer{name, fd}, err
}

// putRight makes p the CURRENT file and removes the pending ones. If that fails, the next GetMeta tries again.
func (s *files) putRight(p pointer, pending []string) {
	if s.mode == ReadOnly || p.name == current && len(pending) == 0 {
		return
	}
	if err := s.setMeta(p.fd); err != nil {
		return
	}
	for _, name := range pending {
		_ = s.disk.Remove(s.in(name))
	}
}

func corrupt(err error) bool {
	_, ok := errors.AsType[*storage.ErrCorrupted](err)
	return ok
}
