package sparse

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

var errDisk = errors.New("the disk is gone")

// failing fails from an offset on.
type failing struct {
	io.ReaderAt
	from int64
}

func (f failing) ReadAt(b []byte, off int64) (int, error) {
	if off >= f.from {
		return 0, errDisk
	}
	return f.ReaderAt.ReadAt(b, off)
}

func TestReadAt(t *testing.T) {
	content := make([]byte, largeBytes+3*pieceBytes+5)
	for _, at := range []int{0, pieceBytes - 1, 5 * pieceBytes, largeBytes, len(content) - 1} {
		content[at] = byte(at%250) + 1
	}
	r := bytes.NewReader(content)
	for _, n := range []int{0, 1, largeBytes, largeBytes + 1, len(content), len(content) + 7, len(content) + 3*pieceBytes} {
		b := make([]byte, n)
		got, err := ReadAt(r, b, 0)
		require.NoError(t, err)
		require.Equal(t, min(n, len(content)), got)
		require.True(t, bytes.Equal(content[:got], b[:got]), n)
	}
	b := make([]byte, largeBytes+1)
	got, err := ReadAt(r, b, 77)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content[77:77+got], b))
	_, err = ReadAt(failing{r, 2 * pieceBytes}, make([]byte, len(content)), 0)
	require.ErrorIs(t, err, errDisk)
}
