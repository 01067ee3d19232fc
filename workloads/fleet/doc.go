// Package fleet documents how one campaign is shared by many machines. A coordinator hands out cells of laps through NATS JetStream,
// workers do them, and the coordinator's ledger, the same as that of a soak, is the only truth.
//
//	wire         what coordinator and workers say to each other, and how much of it is believed
//	broker       NATS: a server inside the coordinator, connections, certificates and credentials
//	coordinator  the campaign: its ledger, the queue that is made from it, and the results that go into it
//	worker       one worker: it takes a cell, does it, and delivers what came of it
//	cells        how a worker does a cell: in children, like a soak
//	cmd/fleet    the command
//
// The road of a cell:
//
//	coordinator ── plan minus ledger minus what is under way ──► stream, one message a cell
//	worker ◄── takes one, and renews its lease while it works
//	worker ── evidence, by its SHA-256 ──► object store
//	worker ── result ──► coordinator ── evidence into DIR/findings, then a synced line into the ledger
//	worker ◄── receipt ── coordinator;  worker ── ack ──► stream
//
// Promises:
//
//   - F1: a cell of a lap is counted once, however often it was handed out or delivered, and whatever was killed when.
//   - F2: a worker that has a receipt can forget the cell: the result is durable, and so is the evidence of each finding that has any.
//   - F3: nothing in the broker is needed. Its directory, streams and objects may be deleted at any moment, also while the coordinator
//     runs: the queue is made again from the ledger, and workers deliver again what has got no receipt.
//   - F4: no cell of a lap is counted before a worker has found the planted bug in that lap, and each worker has to find it itself
//     in each lap that it works on. One that does not ends the campaign: it is blind.
//   - F5: results are taken from workers of the coordinator's own build and spec alone. Others are told which build or campaign
//     they have and which is wanted, and end.
//   - F6: evidence that is not what its digest says is never kept and never a finding: the worker sends it again.
//   - F7: whatever comes from elsewhere has limits that are checked before anything of that size is made.
//   - F8: without TLS and credentials the broker listens on the loopback interface alone.
//
// The directory of a fleet is that of a soak: lightning-torture soak status, report and known.json work on it.
//
// Whoever may talk to the broker is trusted to run the right binary: a worker says which build it is, and could lie.
package fleet
