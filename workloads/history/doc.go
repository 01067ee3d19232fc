// Package history records the evidence of a run: every operation that a client sent to a store, when it was called,
// when it was answered, and the answer.
//
// The package promises:
//
//   - H1: a single logical clock orders everything. The same [Clock] numbers the filesystem operations of the run, so
//     "this commit was acknowledged before that fsync" is a comparison of two integers.
//   - H2: an operation is Acked only if the store said so. An error that leaves the result open is Unknown, never
//     Rejected, which means that the store cannot have applied any of it.
//   - H3: a client has at most one operation in flight, and Call < Return.
//   - H4: what a cursor, a snapshot or a reader shows belongs to the operation that opened it, however much later it
//     was read ([Op].ReadBy). It is the state at some instant between Call and Return.
//
// The reads and writes of a transaction are separate lists. [Op].Order says how they were interleaved, for judges of
// isolation. Fields that an operation does not need are omitted from its line, so that files from before a field
// existed keep their meaning.
//
// [Write.Change] says what a write does to its key. Most writes assign a value; an increment and an append modify the
// current value without reading it. A compare-and-set has a condition ([Op.If]). If the store answers that the
// condition did not hold, the operation is Acked and Missed: it counts as a read that found the condition false, and it
// wrote nothing.
//
// Operations on whole stores have no durability and no writes. A checkpoint and a backup count as full scans at one
// instant between call and answer; their reads are the contents of the copy ([Op.Scans]).
//
// The entries of an append-only log are pairs whose keys are the indexes ([EntryKey]). An append assigns them. A
// truncation deletes each one that may have existed. An answer about the first or last index is a scan of the empty
// range beyond it.
//
// A history is stored as JSON lines ([Encode], [Decode]): a header with the version of the format and the number of
// operations, then one operation per line. Keys and values are in base64; Never is written as its number. FORMAT.md
// describes the format for writers in other languages, and package recorded reads what other tools write. Input is not
// trusted: Decode has limits, and checks them before it allocates.
//
// Judges and reports read histories. The package itself knows no store, filesystem or judge.
//
// # Size
//
// A third of the exported names are the kinds of operations, all of one type.
//
//structure:limits exported=68
package history
