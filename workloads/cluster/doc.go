// Package cluster tortures a group of replica.Nodes in one goroutine: nodes on faultfs disks that lose power, a network that
// loses, delays, repeats and partitions, clients that keep a history, and judges. Everything follows from a seed.
//
//	outcome, err := cluster.Run(ctx, cluster.Spec{Seed: 7})
//	// outcome.Violations, each a sentence; outcome.History for the judges of package checker
//
// # What is judged
//
//   - Clients: the history of registers, accounts and lists is linearizable, transfers between accounts keep their total, and what
//     is done to several lists at once is strictly serializable.
//   - Raft: one leader a term; logs agree up to any entry in which they agree; a leader has every entry that was committed before;
//     an entry has the same effect on every node; at the end all nodes hold the same pairs.
//   - Majorities: a leader was elected, and an entry is committed, by more than half of the members, and of those of before while
//     the membership changes; no change of the members lets old and new ones decide without each other.
//   - Words: what a node says to others is an acknowledgement, given when the message leaves. Whatever a power cut leaves of its
//     disk, the node that is opened on it has the term, the vote and the entries of which it has spoken. This is searched for one
//     disk at a time, at every operation, without the rest of the group: see word.go.
//
// # What a seed decides
//
// Which faults there are in a run, when they come, which message is late, what each client does, and raft's own election
// timeouts, which it draws from crypto/rand.Reader: Run replaces that variable while it runs. So one Run at a time is possible
// in a process, and a second one waits.
//
//	spec.go        what a run is, and which faults its seed switches on
//	run.go         one step after the other
//	rest.go        the end, when all faults are over, and what all nodes hold then
//	member.go      a node with its disk and its lives
//	network.go     messages and snapshots on their way
//	client.go      what clients ask for, and when they give up
//	lists.go       lists that clients append to, and their judge
//	nemesis.go     power cuts, faults of disks, rot, partitions, clocks, nodes that are held up or slow, mistakes of operators
//	membership.go  nodes that take the place of others, and those that were removed and do not know it
//	law.go         the judge of raft
//	majority.go    the judge of what takes a majority
//	word.go        the search through a disk for what the node had said
//	judge.go       the judges of histories
//
// # Figures
//
// Measured in CPU time of one core, on a machine of two cores that had a load of 35 to 45 from other work:
//
//	--seeds 1..40 --words 0            6 runs of 5,000 steps a second
//	--seeds 21..26 --words-every 1     4,200 crash images a second in the search of words, the runs included
//	seed 77, 20 times in one process   the same history, violations and figures 20 times
//
// Not shown yet: 10,000 seeds in a row, and a history of 100,000 operations, for which the search of the judge of linearizability
// takes too long. Of the mutants, 10-lease-read outlives 19 s of seeds.
//
// Callers: tests, and the command in cmd/cluster-torture.
package cluster
