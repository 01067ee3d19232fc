// Package log is a log in one file, for the tests of package mutate. Its own tests notice most of what can go wrong.
package log

import (
	"errors"
	"os"
	"sync"
)

// File is what a log writes to.
type File interface {
	Write(p []byte) (int, error)
	Sync() error
	Close() error
}

// Log appends records.
type Log struct {
	mu      sync.Mutex
	reading sync.RWMutex
	file    File
	bytes   int
}

// New returns a log.
func New(f File) *Log { return &Log{file: f} }

// Append makes a record durable.
func (l *Log) Append(record []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.Write(record); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.reading.Lock()
	l.bytes += len(record)
	l.reading.Unlock()
	return nil
}

// Close syncs once more, which no test checks.
func (l *Log) Close() error {
	err := l.file.Sync()
	return errors.Join(err, l.file.Close())
}

// Replace gives a file a new content: written to another name, synced, renamed.
func Replace(name string, content []byte) error {
	f, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
