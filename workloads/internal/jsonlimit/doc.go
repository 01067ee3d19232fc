// Package jsonlimit measures untrusted JSON before it is decoded. The decoder of the standard library has no limits:
// three bytes of JSON may become a struct of hundreds of bytes, and a compressed file of a few megabytes may expand to
// gigabytes of JSON.
//
// A [Meter] is an io.Writer that takes the text in pieces of any size and fails at the first piece that exceeds a
// limit. It allocates nothing. It does not check that the text is valid JSON; the decoder does that.
//
// A Meter is not safe for concurrent use. The package depends on no other package of the module.
package jsonlimit
