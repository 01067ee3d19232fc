// Package fleet describes how a campaign is shared among several machines. A coordinator hands out the cells of laps through NATS
// JetStream, and workers run them. The only source of truth is the coordinator's ledger, which is the same as that of a soak.
//
//	wire         the messages between coordinator and workers, and their validation
//	broker       NATS: a server inside the coordinator, connections, certificates and credentials
//	coordinator  the campaign: its ledger, the queue derived from it, and the results that go into it
//	worker       one worker: it takes a cell, runs it and delivers the result
//	cells        how a worker runs a cell: in child processes, like a soak
//	cmd/fleet    the command
//
// The path of a cell:
//
//	coordinator ── plan minus ledger minus cells in progress ──► stream, one message per cell
//	worker ◄── takes a cell, and renews its lease while it works
//	worker ── evidence, named by its SHA-256 ──► object store
//	worker ── result ──► coordinator ── evidence to DIR/findings, then a synced line in the ledger
//	worker ◄── receipt ── coordinator;  worker ── ack ──► stream
//
// Promises:
//
//   - F1: a cell of a lap counts exactly once, no matter how often it is handed out or delivered and which processes are killed.
//   - F2: once a worker has a receipt, it can forget the cell: the result and the evidence of its findings are durable.
//   - F3: nothing in the broker is needed. Its directory, streams and objects may be deleted at any time, even while the
//     coordinator runs. The queue is rebuilt from the ledger, and workers deliver again whatever has no receipt.
//   - F4: no cell of a lap is counted before a worker has found the planted bug in that lap, and each worker has to find it
//     in each lap that it works on. A worker that does not is blind, and ends the campaign.
//   - F5: results are accepted only from workers with the coordinator's build and spec. Other workers are told which build or
//     campaign they have and which is wanted, and end.
//   - F6: evidence that does not match its digest is never kept and never a finding; the worker sends it again.
//   - F7: all input from other processes has limits, which are checked before memory is allocated for it.
//   - F8: without TLS and credentials the broker listens only on a loopback address.
//
// A fleet's directory has the layout of a soak's: lightning-torture soak status, soak report and known.json work on it.
//
// Everyone who can connect to the broker is trusted to run the right binary, because a worker could lie about its build.
package fleet
