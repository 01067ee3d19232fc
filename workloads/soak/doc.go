// Package soak tortures one engine for hours or days, remembers everything, and goes on where it was when it is killed.
//
//	soak.go      Options, Begin, Resume: a campaign that is open     status.go  Status: a soak at one moment
//	run.go       Run: laps until the time is over                   sample.go  figures of the processes, over time
//	lap.go       a lap, in children that may die                    verdict.go what a soak says in the end
//	again.go     replays of what is known                           keep.go    the budget of evidence
//	deaths.go    what is counted when a child ends                  merge.go   several shards as one
//	life.go      the store that lives for the whole soak
//
// What a soak is made of has packages of its own: ledger (what is remembered), campaign (the directory, and which seed a cell
// has), lap (what a child does), supervisor (children), postmortem (what their ends mean), canary (the planted bug), endless (the
// store that lives on), flatness (trends), measure, and build (which binary this is). A fleet (workloads/fleet) shares a campaign
// among workers on other machines; its directory is that of a soak, and Of is its status.
//
// Promises:
//
//   - K1: a cell that was counted is counted once, and none is lost, whatever is killed when: totals by lap and cell are those of a
//     soak that nothing has disturbed. A cell is counted when its line of the ledger is durable.
//   - K2: whatever an engine does to its process costs a cell at most: it panics, exits, spins, or eats memory. That is a finding,
//     and the lap goes on.
//   - K3: no cell of a lap is counted before the lab has found the planted bug in that lap. A lab that does not find it is blind, and
//     the soak ends at once.
//   - K4: Run returns within seconds of its context's end or of Options.For.
//   - K5: a finding has one ID in all laps. It is replayed first at each start, and its state says where it stands on this build.
//   - K6: a figure that grows, or that cannot be measured, keeps a soak from passing.
//   - K7: evidence takes no more than its budget (Options.Keep), but for that of the finding that exceeds it.
//
// The methods of a Soak call each other, so their files are a circle: handling a message counts, counting announces, and a lap, a
// replay and the life all run children whose ends are judged in one place. What has no need of the journal has its own package.
//
// Status may be called by any number of goroutines while Run works. Children need Linux (package apart).
//
//structure:limits circle=11
package soak
