// Package edn parses the formats in which Jepsen, Elle, Knossos and porcupine keep histories: EDN
// (github.com/edn-format/edn), and JSON, which elle-cli uses instead.
//
// The package promises:
//
//   - E1: input is not trusted. It is read as a stream, one value at a time, and values are limited in length, depth
//     and number of parts ([MaxBytes], [MaxDepth], [MaxParts]). The stack does not grow with the input.
//   - E2: invalid EDN or JSON is [ErrSyntax], with the line.
//   - E3: reading allocates nothing once the buffers are large enough; a [Value] is valid until the next one is read.
//
// A file is a sequence of values, possibly inside one vector or list; [Reader.Next] returns the values in either case.
// The parser handles what histories contain and is lenient about the rest: numbers and symbols are not validated, tags
// (#inst, records such as #jepsen.history.Op) are skipped, and in JSON the positions of commas and colons are not
// checked.
//
// Alternative: the one EDN library for Go, olympos.io/encoding/edn, has not changed since 2020. It read Elle's example
// of 2.8 MB at 12 MB per second, a tenth of the speed of this package. A file of 16 million opening brackets ended the
// process, because its decoder is recursive and a stack overflow cannot be recovered from.
//
// A Reader is not safe for concurrent use. The package knows nothing of histories.
package edn
