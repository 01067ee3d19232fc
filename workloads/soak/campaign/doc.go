// Package campaign keeps the definition and the progress of a soak in a directory that survives any crash of the soak.
//
//	spec.go    Spec: what is tortured
//	lap.go     the cells of a lap, and their seeds
//	cursor.go  Cursor: how far a ledger is known to be durable
//	journal.go Journal: ledger, cursor and book together
//	lock.go    one supervisor at a time
//
// Files of the directory:
//
//	spec.json     the spec and its hash, which is the campaign's name; never changed
//	ledger.jsonl  the events; see package ledger
//	cursor.json   a position up to which the ledger is durable, with the totals up to there
//	lock          locked by the running supervisor; contains its process ID
//	known.json    human verdicts on findings; written by humans only
//	findings/     evidence
//
// Promises:
//
//   - C1: the seed of a cell is a function of (spec, lap, cell): it is the same whenever, wherever and in whichever shard the cell
//     runs. A soak that was killed therefore repeats at most the cells not yet in the ledger. With one client a repeated cell does
//     the same again; with several, the default, their schedule differs, and so does the number of crash images.
//   - C2: spec.json and cursor.json are written atomically: new file, sync, rename, sync of the directory.
//   - C3: a cursor never claims more than is durable, because the ledger is synced before the cursor is written. A ledger that is
//     shorter than its cursor says, or adds up to other totals, is refused.
//   - C4: a cursor may be missing or out of date. The ledger can be read without it.
//
// All files except the lock are on an afero.Fs, so that the lab can torture a Journal (workloads/targets/soakledger). A Journal is
// used by one goroutine.
package campaign
