package rewrite

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Store is the store that tables are written for.
type Store struct {
	Dir        *durable.Dir
	Files      *view.Opener
	Blobs      *view.Blobs // finds the files that values are moved out of
	NewFileNum func() uint64
	Options    Options

	BlobBytes, BlobMovedBytes *atomic.Int64 // count what goes to blob files and, of it, what was moved
}

// Options are the fields of engine.Options and of its limits that shape files. All of them are set.
type Options struct {
	TableBytes      int64
	BlockBytes      int
	BloomBitsPerKey int
	Compression     compress.Compression
	BlobFileBytes   int64

	TableWriteBytes, BlobWriteBytes int64 // see package limits
	Layout                          sst.Layout
}
