// Package compress compresses and decompresses the payload of a block with Snappy or Zstandard. A payload that does not
// shrink is returned as it is.
//
// Whatever a block claims, decoding never allocates more than 32 times its length, and any input yields a payload or an
// error. All functions are safe for concurrent use.
package compress
