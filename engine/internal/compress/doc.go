// Package compress compresses the payload of a block, as Snappy or Zstandard, and back. What it returns for a payload that
// does not shrink is the payload itself.
//
// Decoding never allocates more than 32 times what it is given, whatever the bytes claim, and any input gives the payload
// or an error. Any number of goroutines may call it.
package compress
