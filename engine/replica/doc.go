// Package replica replicates a Lightning store over several machines with etcd's raft library.
//
// A Node is one member of a group. It keeps the raft log, its vote and the replicated pairs in one Lightning store, and does
// nothing on its own: the caller passes it time, messages and proposals, and carries away what it has to say.
//
//	n, err := replica.Open(replica.Config{ID: 1, Group: "bank", Dir: "data", Members: []uint64{1, 2, 3}})
//	n.Tick()                       // time passes
//	err = n.Step(message)          // a message from another node
//	err = n.Propose(command)       // a client's request
//	for n.HasReady() {
//		out, err := n.Ready()  // makes durable what must be, applies what is committed
//		send(out.Messages)
//	}
//
// # Promises
//
//   - R1: a node's word is durable. Before Ready returns a vote, an acknowledgement of entries or of a snapshot, what it says is
//     synced: the term, the vote and the entries are in one batch. A leader sends entries before it has saved them itself: it
//     does not count itself among those who have them until then.
//   - R2: a command is applied once, at one place in the log, on every node. The index up to which commands are applied is in the
//     batch that has their effects, so a crash cannot separate them. A client that numbers its commands may send them again.
//   - R3: ReadIndex makes reads linearizable: a node that has applied everything up to the index which it returned shows
//     every write that was acknowledged before the read began.
//   - R4: the log is cut only behind what is applied, in a batch that comes after it: if the cut survives a crash, so does the effect
//     of what was cut.
//   - R5: a snapshot is taken over whole or not at all. It is staged beside the pairs that the node has, and becomes theirs in one
//     synced batch.
//   - R6: a node whose store has failed once stops: every later call returns ErrStopped with the reason, and nothing more is sent.
//     So does one that meets what raft says is impossible.
//   - R7: a store belongs to one node of one group. Another ID or another group is refused by Open.
//   - R8: who the members are is durable on a node before it acts on a change. A node that was removed still votes and answers, for
//     those that do not know of its removal may need it to learn of it: close it a while later, and lose its disk once a majority
//     of the members that are left has applied the change.
//
// These hold because commits of Lightning are lost only as a suffix: one synced batch a Ready is enough, and what is applied
// needs no sync of its own, since the log would apply it again.
//
// # Files
//
//	config.go    what a node needs to know; who is in the group at first
//	node.go      the calls of a node, and how it stops
//	ready.go     one step of the protocol: save, then speak, then apply
//	store.go     the keys of the Lightning store, and what is read when it is opened
//	command.go   what clients propose
//	apply.go     what commands do, and how repeated ones are known
//	snapshot.go  a snapshot on its way: chunks that one node reads and another one stages
//	members.go   changes of membership
//
// A Node is used by one goroutine at a time; a Receiver may be used beside it.
package replica
