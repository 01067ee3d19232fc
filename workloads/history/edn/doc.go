// Package edn reads the data in which Jepsen, Elle, Knossos and porcupine keep histories: EDN (github.com/edn-format/edn), and
// JSON, which elle-cli writes instead.
//
// The package promises:
//
//   - E1: a file may come from anybody. It is read as a stream, one value at a time, and a value has limits of length, depth
//     and number of parts ([MaxBytes], [MaxDepth], [MaxParts]). The stack does not grow with the input.
//   - E2: what is no EDN or JSON is [ErrSyntax], with the line.
//   - E3: reading allocates nothing once the buffers are large enough; a [Value] is valid until the next one is read.
//
// A file is a series of values, or one vector or list around all of them; [Reader.Next] returns the values in either case. It
// reads what histories contain and is not strict about the rest: numbers and symbols are not checked, tags (#inst, records
// such as #jepsen.history.Op) are skipped, and in JSON the places of commas and colons are not looked at.
//
// The one EDN library for Go that could be found, olympos.io/encoding/edn, has not changed since 2020. It read Elle's example
// of 2.8 MB at 12 MB a second, a tenth of what this package does, and a file of 16 million opening brackets ended the
// process: its decoder is recursive, and a stack that overflows cannot be caught.
//
// A Reader is used by one goroutine. The package knows nothing of histories.
package edn
