// Package history is the evidence of a run: every operation that a client sent to a store, when it was called and when
// it was answered, and what the store said.
//
// The package promises:
//
//   - H1: one logical clock orders everything. The same [Clock] numbers the filesystem operations of the run, so "this
//     commit was acknowledged before that fsync" is a comparison of two integers.
//   - H2: an operation is Acked only if the store said so. An error that leaves the result open is Unknown, never
//     Rejected: Rejected means that the store cannot have applied any of it.
//   - H3: a client has at most one operation in flight, and Call < Return.
//   - H4: what a cursor, a snapshot or a reader shows belongs to the operation that opened it, however much later it was
//     read ([Op].ReadBy): it is what was there between Call and Return.
//
// A transaction keeps apart what it read and what it wrote; [Op].Order says how the two were interleaved, for judges of
// isolation. Fields that an operation does not need are left out of its line, so that files of before they existed are
// read as they were meant.
//
// What a write does to its key is said by [Write.Change]: most assign a value; an increment and an append change what is
// there, without knowing it. A compare-and-set has a condition ([Op.If]). If the store answers that the condition did not
// hold, the operation is Acked and Missed: it has read that, and has written nothing.
//
// Operations on whole stores have no durability and no writes. A checkpoint and a backup count as scans of everything at one
// instant between call and answer; their reads are what the copy held ([Op.Scans]).
//
// The entries of an append-only log are pairs whose keys are their indexes ([EntryKey]). An append assigns them, a truncation
// deletes each that may have been there, and an answer about the first or the last index is a scan of what lies beyond it.
//
// A history is kept as JSON lines ([Encode], [Decode]): a header with the version of the format and the number of
// operations, then one operation a line. Keys and values are in base64; Never is written as the number that it is. FORMAT.md
// describes it for those who write it in other languages; package recorded reads what other tools write. A history may come
// from anybody: Decode has limits, and checks them before it allocates.
//
// It is a leaf: judges and reports read it, nothing here knows a store, a filesystem or a judge.
//
// # Size
//
// A third of the exported names are the kinds of operations, which are of one type.
//
//structure:limits exported=68
package history
