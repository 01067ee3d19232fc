package sst

// A Cache keeps verified payloads of data blocks. It may be shared by any number of readers and goroutines. Cached
// blocks must never be modified.
type Cache interface {
	// Get returns the block of a file at an offset, or nil.
	Get(file, offset uint64) []byte
	// Put offers a block, which the cache need not keep.
	Put(file, offset uint64, block []byte)
}
