package rewrite

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Store is what a rewriter needs of the store that it writes for.
type Store struct {
	Dir        *durable.Dir
	Files      *view.Opener
	Blobs      *view.Blobs // finds the files from which values are moved
	NewFileNum func() uint64
	Options    Options

	BlobBytes, BlobMovedBytes *atomic.Int64 // count all bytes written to blob files, and the moved ones among them
}

// Options are the fields of engine.Options and engine.Limits that shape files. All must be set.
type Options struct {
	TableBytes      int64
	BlockBytes      int
	BloomBitsPerKey int
	Compression     compress.Compression
	BlobFileBytes   int64

	TableWriteBytes, BlobWriteBytes int64 // see package limits
	Layout                          sst.Layout
}
