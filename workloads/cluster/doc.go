// Package cluster tortures a group of replica.Nodes in one goroutine. Nodes run on faultfs disks that lose power, the network
// loses, delays, duplicates and partitions, clients record a history, and judges look for violations. A seed determines
// everything.
//
//	outcome, err := cluster.Run(ctx, cluster.Spec{Seed: 7})
//	all, undecided := outcome.Judge(ctx)
//
// # What is judged
//
//   - Clients: the history of registers, accounts and lists is linearizable, transfers between accounts preserve the total, and
//     operations on several lists are strictly serializable.
//   - Raft: a term has one leader; two logs that agree in an entry agree in all earlier ones; a leader has every entry committed
//     in an earlier term; an entry has the same effect on every node; at the end all nodes hold the same pairs.
//   - Majorities: electing a leader and committing an entry takes more than half of the members and, while the membership
//     changes, more than half of the old ones too. No change of members lets the old and the new ones decide independently.
//   - Words: what a node states in a message is its word, given when the message leaves. It is an acknowledgement:
//     whatever a power cut leaves of the node's disk, the node opened from it must have the term, the vote and the
//     entries that its messages stated. Each disk is searched by itself, at every operation, without the rest of the
//     group: see word.go.
//
// # What a seed decides
//
// A seed decides which faults occur in a run and when, which messages are late, what each client does, and raft's election
// timeouts. Raft draws those from crypto/rand.Reader, so Run replaces that variable while it runs. Hence only one Run at a time
// can proceed in a process; another waits.
//
// The faults, the disturbed messages and the operations of a run are its events. The seed draws them, or Spec.Events
// lists them. An event names the node, link, message or client that it is about; whatever it leaves open is drawn from
// the seed and the event alone. So running the events of a run again repeats the run, and any subset of them is a run in
// which each event means the same as before. Package finding relies on that to shrink and explain violations.
//
//	spec.go        the size of a run, and the faults that its seed turns on
//	run.go         the steps of a run
//	rest.go        the end of a run: the group settles after its last fault, and all nodes are compared
//	member.go      a node with its disk and its lives
//	network.go     messages and snapshots in transit
//	client.go      what clients ask for, and when they give up
//	event.go       what happens in a run apart from what the nodes do: the script of a run
//	dice.go        random draws that do not affect each other
//	lists.go       lists that clients append to, and their judge
//	nemesis.go     power cuts, disk faults, rot, partitions, clock skew, deposed leaders, paused and slow nodes, mistakes of operators
//	membership.go  replacing nodes, and removed nodes that have not heard of it
//	law.go         the judge of raft
//	majority.go    the judge of majorities
//	word.go        the search of disks for broken words
//	broken.go      a disk on which a node breaks its word, for experiments
//	violation.go   what can be broken
//	show.go        a run in sentences
//	judge.go       the judges of histories
//
// # Figures
//
// Measured per second of CPU time on one core, on a two-core machine that had much else to do:
//
//	--seeds 1..40 --words 0            7 runs of 5,000 steps, at a load of 45
//	--seeds 21..26 --words-every 1     5,450 crash images in the search for broken words, including the runs
//
// A history of 120,270 operations passed all judges, in 35 s of CPU time including the run: --seeds 5 --steps 110000 --clients 12
// --words 0. A search for broken words keeps the disks of all lives in memory, so long runs need --words 0.
//
// 600 seeds in a row had no violation: --seeds 40001..40600 --words 50 --words-every 20, with 830,000 operations
// answered. An earlier version, which drew other runs from the same seeds, had none in 10,100 seeds: --seeds 20001..30100
// --words 50 --words-every 200, with 14 million operations answered. It killed all 38 mutants, each within 46 s including
// the build, at a load of 25.
//
// The command also runs under a seeded schedule, and a seed gives the same figures there:
//
//	GOOS=wasip1 GOARCH=wasm go -C workloads/cluster build -o /tmp/cluster.wasm ./cmd/cluster-torture
//	lightning-torture wasmexec --seed 3 /tmp/cluster.wasm --seeds 7..8 --steps 2000 --words 0
//
// MUTANTS.md has the findings in mutants of the replica, after shrinking.
//
// Callers: package finding, tests, and the command in cmd/cluster-torture.
//
// Thirteen files depend on each other in a cycle: the clients, the nemesis, the network and the nodes all act on one
// group, the world of a Run, and the judges and the watcher look at all of it.
//
//structure:limits cycle=13
package cluster
