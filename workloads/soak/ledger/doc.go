// Package ledger keeps the results of a soak: a file to which one event after the other is appended, and what they add up to.
//
//	event.go    Event: what happens in a soak          book.go      Book: totals, and which cells were counted
//	line.go     an event as a line, with its checksum  finding.go   the life of a finding
//	read.go     reading lines, and judging damage      known.go     a human's verdicts on findings
//	ledger.go   opening and appending                  errors.go    errors
//
// A ledger is JSON lines, one event a line:
//
//	{"crc":"9ae0daaf","event":{"seq":1,"time":"2026-11-29T22:40:00Z","start":{...}}}
//
// The checksum (CRC-32C) is that of the bytes of the event. The first event is a start, which names the campaign. The fields of
// events are added to, never renamed.
//
// Promises:
//
//   - L1: an event for which Append has returned nil is durable, and no later crash loses it.
//   - L2: an event is there as a whole or not at all. What a crash has left of the last line is cut off by Open.
//   - L3: damage that no crash explains is an error that names the line and a remedy: a valid line follows, a number is missing,
//     or the ledger is shorter than a cursor says. Nothing is cut then. A crash tears at most the last line, since every line is
//     synced before the next is written.
//   - L4: a Book counts a cell of a lap once, however often it is in the ledger. So two ledgers of one campaign, such as those
//     of shards, add up by reading one after the other.
//   - L5: after a write or a sync that failed, the ledger takes no more events: whether the line is there is for the next Open to
//     find out. Open rewrites and syncs what may be in memory only, so what it has shown is durable.
//   - L6: the state of a finding follows from the events in their order, and from no clock.
//
// A Ledger and a Book are used by one goroutine each. That a directory has one writer at a time is its owner's business (see
// package campaign). The package knows neither the lab nor the machine's disk: a ledger lives on an afero.Fs, so that the lab
// can torture it (workloads/targets/soakledger). Callers are the packages of the soak, its reports, and whatever exports its
// figures.
//
// Tried and rejected: a database, since one writer appends and every question is answered by one pass; a checksum over all earlier
// lines, which cannot tell damage from a torn line without reading on; several events in one write, which may tear in the
// middle.
package ledger
