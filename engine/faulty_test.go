package engine_test

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/spf13/afero"
)

var errInjected = errors.New("injected")

// faulty counts the calls that change the disk, and fails one of them. A failed write writes half of its bytes.
type faulty struct {
	afero.Fs
	mu     sync.Mutex
	calls  int
	failAt int // -1: never
	after  int // calls after the failed one
	onSync func()
}

func newFaulty(fsys afero.Fs, failAt int) *faulty { return &faulty{Fs: fsys, failAt: failAt} }

func (f *faulty) mutate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.failAt >= 0 && f.calls > f.failAt+1 {
		f.after++
	}
	if f.calls == f.failAt+1 {
		return errInjected
	}
	return nil
}

func (f *faulty) failed() bool { return f.failAt >= 0 && f.calls > f.failAt }

func (f *faulty) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if flag&os.O_CREATE != 0 {
		if err := f.mutate(); err != nil {
			return nil, err
		}
	}
	file, err := f.Fs.OpenFile(name, flag, perm)
	return &faultyFile{File: file, fs: f}, err
}

func (f *faulty) Open(name string) (afero.File, error) {
	file, err := f.Fs.Open(name)
	if err != nil {
		return nil, err
	}
	return &faultyFile{File: file, fs: f}, nil
}

func (f *faulty) Remove(name string) error {
	if err := f.mutate(); err != nil {
		return err
	}
	return f.Fs.Remove(name)
}

func (f *faulty) MkdirAll(path string, perm os.FileMode) error {
	if err := f.mutate(); err != nil {
		return err
	}
	return f.Fs.MkdirAll(path, perm)
}

type faultyFile struct {
	afero.File
	fs     *faulty
	closed atomic.Bool
}

func (f *faultyFile) Close() error {
	f.closed.Store(true)
	return f.File.Close()
}

func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.fs.mutate(); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}

func (f *faultyFile) Sync() error {
	if f.fs.onSync != nil {
		f.fs.onSync()
	}
	if f.closed.Load() {
		return os.ErrClosed
	}
	if err := f.fs.mutate(); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *faultyFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.fs.mutate(); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, err
	}
	return f.File.WriteAt(p, off)
}

func errorsIsAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
