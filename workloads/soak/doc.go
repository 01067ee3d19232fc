// Package soak tortures one engine or program for hours or days, records every result durably, and resumes where it
// stopped after being killed.
//
//	soak.go      Options, Begin, Resume: an open campaign            status.go  Status: a snapshot of a soak
//	run.go       Run: laps until the time is up                      sample.go  figures of the processes over time
//	lap.go       a lap, in children that may die                     verdict.go the verdict and its reasons
//	again.go     replays of known findings                           keep.go    the budget of evidence
//	deaths.go    what is counted when a child ends                   merge.go   several shards as one
//	life.go      the store that lives for the whole soak
//
// The parts of a soak have their own packages: ledger (the durable record), campaign (the directory, and the seed of each
// cell), lap (what a child does), programs (programs instead of engines), supervisor (running children), postmortem (what
// their deaths mean), canary (the planted bug), endless (the long-lived store), flatness (trends), distinct (counts of
// distinct hashes), measure, and build (the identity of this binary). A fleet (workloads/fleet) shares a campaign among
// workers on other machines; its directory has the same form, and Of returns its status.
//
// Promises:
//
//   - K1: no counted cell is lost or counted twice, whichever process is killed and when. A cell is counted once its line in the
//     ledger is durable. With one client, totals by lap and cell are those of an undisturbed soak (see campaign, C1).
//   - K2: whatever an engine does to its process (panic, exit, spin, exhaust memory) costs at most one cell. It is a finding, and
//     the lap goes on.
//   - K3: no cell of a lap is counted before the lab has found the planted bug in that lap. A lab that misses it is blind, and the
//     soak ends at once.
//   - K4: Run returns within seconds after its context is done or Options.For is up.
//   - K5: a finding has the same ID in all laps, and in versions of the lab that word it differently, as long as the
//     wording of the engine's own errors stays the same. At each start, findings are replayed first, and their state
//     refers to the running build.
//   - K6: a soak does not pass if a figure grows or cannot be measured.
//   - K7: evidence stays within its budget (Options.Keep), except that the finding that exceeds the budget is still
//     saved.
//
// The methods of a Soak call each other across files, in a cycle: handling a message counts a cell, counting a cell
// announces findings, and laps, replays and the long-lived store all run children whose deaths are judged in one place.
// Whatever does not need the journal has its own package.
//
// Status may be called concurrently while Run works. Children need Linux (package apart).
//
//structure:limits cycle=11
package soak
