// Package ledger keeps the results of a soak: an append-only file of events, and the totals of these events.
//
//	event.go    Event: what happens in a soak          book.go      Book: totals, and the set of counted cells
//	line.go     an event as a line, with its checksum  finding.go   the states of a finding
//	read.go     reading lines, and judging damage      known.go     human verdicts on findings
//	ledger.go   opening and appending                  errors.go    errors
//
// A ledger is JSON lines, one event a line:
//
//	{"crc":"9ae0daaf","event":{"seq":1,"time":"2026-11-29T22:40:00Z","start":{...}}}
//
// The checksum is the CRC-32C of the bytes of the event. The first event is a start, which names the campaign. Later versions may
// add fields to events but never rename any.
//
// Promises:
//
//   - L1: once Append has returned nil, the event is durable, and no later crash loses it.
//   - L2: an event is there as a whole or not at all. Open truncates the torn line that a crash may leave at the end.
//   - L3: damage that no crash explains is an error that names the line and a remedy: the bad line is followed by a valid one, a
//     sequence number is missing, or the ledger is shorter than its cursor says. Nothing is truncated then. A crash tears at most
//     the last line, because every line is synced before the next is written.
//   - L4: a Book counts a cell of a lap once, however often it is in the ledger. Several ledgers of one campaign, such as those of
//     shards, can therefore be added up by reading one after another.
//   - L5: after a failed write or sync the ledger accepts no more events, because it is unknown whether the line is there. The next
//     Open finds out. It rewrites and syncs whatever may exist only in the page cache, so everything that it shows is durable.
//   - L6: the state of a finding depends only on the order of the events, not on any clock.
//
// A Ledger and a Book are used by one goroutine each. The owner of the directory must ensure that there is one writer at a time
// (see package campaign). The package knows neither the lab nor the machine's disk: a ledger is on an afero.Fs, so that the lab can
// torture it (workloads/targets/soakledger). Callers: the packages of the soak, its reports, and its metrics.
//
// Tried and rejected: a database, because there is one writer that appends, and one pass over the file answers every question; a
// checksum chained over all earlier lines, which cannot tell damage from a torn line without reading on; several events per write,
// which may be torn in the middle.
package ledger
