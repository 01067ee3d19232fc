// Package replica replicates a Lightning store over several machines with etcd's raft library.
//
// A Node is one member of a group. It keeps the raft log, its vote and the replicated pairs in one Lightning store. It has no
// goroutines and no network: the caller supplies ticks, messages and proposals, and delivers the messages that it returns.
//
//	n, err := replica.Open(replica.Config{ID: 1, Group: "bank", Dir: "data", Members: []uint64{1, 2, 3}})
//	n.Tick()                       // time passes
//	err = n.Step(message)          // a message from another node
//	err = n.Propose(command)       // a client's request
//	for n.HasReady() {
//		out, err := n.Ready()  // saves what must be durable, applies what is committed
//		send(out.Messages)
//	}
//
// # Promises
//
//   - R1: a node's word is durable. Before Ready returns a vote or an acknowledgement of entries or of a snapshot, the state
//     that it claims is synced: term, vote and entries, in one batch. A leader may send entries before it has saved them
//     itself, but does not count itself toward their majority until it has.
//   - R2: a command is applied exactly once, at the same place in the log on every node. The applied index is in the same batch
//     as the effects, so a crash cannot separate them. A client that numbers its commands may send them again.
//   - R3: ReadIndex makes reads linearizable: once a node has applied the log up to the index that ReadIndex yields, it shows
//     every write that was acknowledged before the read began.
//   - R4: only applied entries are dropped from the log, by a batch committed after the one that applied them. If the cut
//     survives a crash, so do the effects of the dropped entries.
//   - R5: a snapshot is installed completely or not at all. It is staged next to the node's current pairs, and replaces them
//     in one synced batch.
//   - R6: a node stops at the first failure of its store: every later call returns ErrStopped with the reason, and no further
//     message is sent. It also stops if raft panics over a broken invariant.
//   - R7: a store belongs to one node of one group. Open refuses a store with another ID or group.
//   - R8: a change of members is durable on a node before the node acts on it. A removed node still votes and answers, because
//     nodes that have not heard of the removal may need its vote, or its word that the removal is committed. Close it a while
//     later, and discard its disk only once a majority of the remaining members has applied the change.
//
// These promises rest on one property of Lightning: a crash loses only a suffix of the commits. One synced batch per Ready is
// therefore enough, and applying needs no sync of its own, because the log would apply the entries again.
//
// # Files
//
//	config.go    configuration, including the founding members of a group
//	node.go      the methods of a node, and how it stops
//	ready.go     one step of the protocol: save, send, apply
//	store.go     the keys of the Lightning store, and loading it
//	command.go   commands and their encoding
//	apply.go     applying commands, and recognizing repeated ones
//	snapshot.go  snapshots in transit: chunks that one node reads and another stages
//	members.go   changes of membership
//	restore.go   a new group from the checkpoint of a node
//
// A Node must be used by one goroutine at a time. A Snapshot or a Receiver may be used by another goroutine meanwhile.
package replica
