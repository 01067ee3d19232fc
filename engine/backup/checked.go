package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// checked is a reader that fails at the end of a file if its content is not what a list describes.
type checked struct {
	r    io.Reader
	at   string
	want listed
	sum  hash.Hash
	read int64
}

func newChecked(r io.Reader, at string, want listed) *checked {
	return &checked{r: r, at: at, want: want, sum: sha256.New()}
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	c.read += int64(n)
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(c.sum.Sum(nil)); c.read != c.want.Bytes || got != c.want.SHA256 {
			return n, corrupt.At(c.at, 0, "%d bytes with SHA-256 %s, want %d with %s", c.read, got, c.want.Bytes,
				c.want.SHA256)
		}
	}
	return n, err
}
