// Package recorded reads histories that other tools recorded: those of Jepsen, Elle, Knossos and elle-cli, porcupine's
// test data, Jepsen's logs, and the JSON lines of package history. FORMATS.md has examples of each and explains their
// parts.
//
// The package promises:
//
//   - R1: the result is what the file says. Contradictions (an answer that does not match its call, a client that calls
//     twice), what no model knows, and truncation are ErrFormat, with the line; nothing is skipped silently.
//   - R2: input is not trusted: it is read as a stream, and every part has a limit.
//   - R3: within a model, values have the same text in the operations only if they are the same in the file. A file
//     with different keys that would look the same is rejected.
//   - R4: outcomes mean what they mean in Jepsen: ok took effect; fail did not and never will; info, and no answer at
//     all, may have taken effect or may still.
//   - R5: the clock of the operations is the order of the entries. If each entry is on a line of its own, ticks are
//     line numbers.
//
// format.go detects formats and model.go detects models, both by content. Two sources yield entries: entry.go from maps
// (package edn) and log.go from lines. pairing.go matches calls and answers. One file per model turns entries into
// operations. Long histories have to fit into memory, so each key is stored once, and lists with a common beginning
// share their memory (text.go).
//
// Read is safe for concurrent use. The package knows no judges; package judging chooses them by the model.
package recorded
