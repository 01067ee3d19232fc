// Package recorded reads histories that other tools recorded: as Jepsen, Elle, Knossos and elle-cli write them, porcupine's test
// data, logs of Jepsen, and the JSON lines of package history. FORMATS.md shows each by examples and says what its parts mean.
//
// The package promises:
//
//   - R1: what is read is what the file says. What contradicts itself (an answer to something else than was called, a client
//     that calls twice), what no model knows, and what is cut off in the middle is ErrFormat, with the line, and never left out.
//   - R2: a file may come from anybody: it is read as a stream, and every part of it has a limit.
//   - R3: values of one model have the same text in the operations only if they are the same in the file. Keys that would look
//     the same and are not make the file unreadable.
//   - R4: what became of an operation is what Jepsen means: ok took effect, fail did not and never will, info and no answer at
//     all may have, or may still.
//   - R5: the clock of the operations is the order of the entries. If each entry has a line of its own, ticks are the numbers
//     of these lines.
//
// format.go tells formats apart and model.go models, both by content. Two sources yield entries, entry.go out of maps (package
// edn) and log.go out of lines; pairing.go joins calls and answers; a file for each model turns what they say into operations.
// Long histories have to fit into memory: keys are kept once, and lists that begin alike share their memory (text.go).
//
// Read may be called by several goroutines. Judges are not known here; package judging chooses them by the model.
package recorded
