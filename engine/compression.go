package engine

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// Compression says how the blocks of new tables are stored; tables that exist are read whatever it is. Its String is
// "none", "snappy" or "zstd".
type Compression = sst.Compression

// The compressions.
const (
	CompressionNone   = sst.None
	CompressionSnappy = sst.Snappy
	CompressionZstd   = sst.Zstd
)

// ParseCompression is the inverse of Compression.String. Another name is an ErrOptions.
func ParseCompression(name string) (Compression, error) {
	c, err := sst.ParseCompression(name)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return c, nil
}
