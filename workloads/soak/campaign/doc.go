// Package campaign is what a soak is about and how far it has come: a directory that survives whatever happens to its soak.
//
//	spec.go    Spec: what is tortured, and which seed each cell of each lap has
//	lap.go     the cells of a lap
//	cursor.go  Cursor: how far a journal is known to be durable
//	journal.go Journal: ledger, cursor and book together
//	lock.go    one supervisor at a time
//
// Files of the directory:
//
//	spec.json     the spec and the hash of it, which is the campaign's name. It is never changed
//	ledger.jsonl  the events; see package ledger
//	cursor.json   a place up to which the ledger is durable, and its totals there
//	lock          locked by the supervisor that is at work, whose process ID is in it
//	known.json    a human's verdicts; nobody but humans writes it
//	findings/     evidence
//
// Promises:
//
//   - C1: a campaign is a function of (spec, lap, cell): the same cell has the same seed whenever, wherever and in whatever shard
//     it runs. So a soak that was killed repeats at most what was not yet in the ledger.
//   - C2: spec.json is there as a whole or not at all, and so is the cursor, which is replaced: a new file, sync, rename, sync of
//     the directory.
//   - C3: a cursor never says more than is durable: the ledger is synced before the cursor is written. A ledger that has less than
//     its cursor says, or other totals, is refused.
//   - C4: a cursor may be missing or old. Without it a ledger is read all the same.
//
// Files are on an afero.Fs but for the lock, so the lab tortures a Journal (workloads/targets/soakledger). A Journal is used by
// one goroutine.
package campaign
