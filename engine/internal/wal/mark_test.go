package wal

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// marking is a file that marks the log whenever bytes are written to it.
type marking struct {
	bytes.Buffer
	w *Writer
}

func (m *marking) Write(p []byte) (int, error) {
	m.w.Mark()
	return m.Buffer.Write(p)
}

func (*marking) Sync() error  { return nil }
func (*marking) Close() error { return nil }

// A long record is handed over in parts, and a leader may mark the log between two of them.
func TestMarkWithinARecord(t *testing.T) {
	file := &marking{}
	file.w = NewWriter(file, 7)
	record := bytes.Repeat([]byte("0123456789abcdef"), 3*gatherBytesDefault/16)
	require.NoError(t, file.w.Append(record))
	require.NoError(t, file.w.Append([]byte("next")))
	require.NoError(t, file.w.Flush())
	r := NewReader(file.Bytes(), "log", 7)
	for _, want := range [][]byte{record, []byte("next")} {
		got, err := r.Next()
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
	}
	_, err := r.Next()
	require.ErrorIs(t, err, io.EOF)
	require.True(t, Proves(file.Bytes(), "log", 7))
}
