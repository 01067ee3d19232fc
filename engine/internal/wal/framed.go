package wal

import (
	"bytes"
	"errors"
)

// Framed returns the bytes of log or manifest num with the records that write appends. Its proofs of durability are
// valid because no one sees the file before it is durable.
func Framed(num uint64, write func(*Writer) error) ([]byte, error) {
	var f memoryFile
	w := NewWriter(&f, num)
	if err := errors.Join(write(w), w.Seal()); err != nil {
		return nil, err
	}
	return f.Bytes(), nil
}

// memoryFile is a File in memory.
type memoryFile struct{ bytes.Buffer }

func (f *memoryFile) Sync() error  { return nil }
func (f *memoryFile) Close() error { return nil }
