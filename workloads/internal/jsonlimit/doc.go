// Package jsonlimit measures JSON that somebody else wrote, before it is decoded. The decoder of the standard library believes
// what it reads: three bytes of JSON may become a struct of hundreds of bytes, and a compressed file of a few megabytes may
// hold gigabytes of it.
//
// A [Meter] takes the text in pieces of any size, as an io.Writer, and fails at the first piece that goes beyond a limit. It
// needs no memory of its own. It does not check that the text is JSON; the decoder does that.
//
// A Meter is used by one goroutine. The package knows nothing else of this module.
package jsonlimit
