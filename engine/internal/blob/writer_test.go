package blob_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

var errDisk = errors.New("disk")

// failing accepts a number of bytes and then fails. With short, it then writes less than it was given, without an
// error.
type failing struct {
	left  int
	short bool
}

func (f *failing) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	if f.left -= n; n < len(p) && !f.short {
		return n, errDisk
	}
	return n, nil
}

func TestAWriterStopsAtTheFirstError(t *testing.T) {
	for _, room := range []int{0, 20, 70_000, 150_000} {
		for short, want := range map[bool]error{false: errDisk, true: io.ErrShortWrite} {
			t.Run(fmt.Sprint(room, short), func(t *testing.T) {
				disk := &failing{left: room, short: short}
				w := blob.NewWriter(disk, num)
				var err error
				for range 3 {
					if err == nil {
						_, err = w.Add(pattern(66_000, 1))
					}
				}
				require.ErrorIs(t, err, want)
				disk.left = 1 << 30
				_, err = w.Add(nil)
				require.ErrorIs(t, err, want)
				require.ErrorIs(t, w.Flush(), want)
				require.Equal(t, 1<<30, disk.left)
			})
		}
	}
}

func TestCopiesKeepTheChecksumsOfTheirChunks(t *testing.T) {
	var values [][]byte
	for i, n := range lengths {
		values = append(values, pattern(n, uint64(i)))
	}
	file, refs := write(t, values...)
	var other bytes.Buffer
	w := blob.NewWriter(&other, num+1)
	var copies []blob.Ref
	for i := range refs { // in another order, so that every place changes
		ref, err := w.Copy(open(t, file), refs[len(refs)-1-i])
		require.NoError(t, err)
		copies = append(copies, ref)
	}
	require.NoError(t, w.Flush())
	require.EqualValues(t, other.Len(), w.Bytes())
	r, err := blob.Open(bytes.NewReader(other.Bytes()), num+1, w.Bytes(), "copy")
	require.NoError(t, err)
	require.NoError(t, r.Verify(w.Bytes()))
	for i, ref := range copies {
		got, err := r.Append(nil, ref)
		require.NoError(t, err)
		require.True(t, bytes.Equal(values[len(refs)-1-i], got))
	}

	file[refs[8].Offset+100_000] ^= 1
	_, err = blob.NewWriter(io.Discard, num+2).Copy(open(t, file), refs[8])
	require.ErrorIs(t, err, corrupt.Err, "damage is not copied")
}

// counting records the largest write.
type counting struct{ writes, largest int }

func (c *counting) Write(p []byte) (int, error) {
	c.writes++
	c.largest = max(c.largest, len(p))
	return len(p), nil
}

func TestLongValuesAreNotCopied(t *testing.T) {
	value := pattern(8<<20, 1)
	w := blob.NewWriter(&counting{}, num)
	require.Less(t, testing.AllocsPerRun(3, func() { _, _ = w.Add(value) }), 2.0)
	many := &counting{}
	w = blob.NewWriter(many, num)
	for range 1000 {
		_, err := w.Add(value[:1000])
		require.NoError(t, err)
	}
	require.Less(t, many.writes, 20, "short values are written together")
}
