package sst

// A Cache keeps verified payloads of data blocks. It may be shared by any number of readers and goroutines. Blocks that
// it holds are never written, by nobody.
type Cache interface {
	// Get returns the block of a file at an offset, or nil.
	Get(file, offset uint64) []byte
	// Put offers a block. The cache may keep it, or not.
	Put(file, offset uint64, block []byte)
}
