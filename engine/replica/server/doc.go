// Package server runs a replica.Node: it gives it time, carries its messages to the other nodes, and answers clients.
//
//	s, err := server.Start(server.Config{Node: replica.Config{...}, Listen: "10.0.0.1:7201", Peers: map[uint64]string{...}, TLS: tls})
//	outcome, err := s.Do(ctx, conditions, writes)   // linearizable, done once
//	value, ok, err := s.Get(ctx, key)               // linearizable
//	err = s.Close()
//
// # Promises
//
//   - S1: what Do returns is known: Done and Refused are durable on a majority. After an error the command may take effect later,
//     or never, and at most once.
//   - S2: Get shows every write that was acknowledged by any node before Get was called.
//   - S3: a node talks to nodes of its own group only. With TLS both sides show a certificate that the same authority signed;
//     without it a server listens on the loopback interface alone. Such a certificate says that somebody belongs to the
//     authority, not which node it is: any of them may speak for any node, unless Config.PeerName says for which name that of each
//     node has to be. So give the group an authority of its own, or names. On one connection only the node that greeted speaks.
//   - S4: a server whose store has failed answers nothing more but the reason; see replica.ErrStopped.
//   - S5: nobody waits for ever: what is not answered ends with its context, messages that cannot be sent are dropped, and what
//     is proposed and not committed has a bound, beyond which callers wait.
//
// One goroutine owns the node. It takes all that has come in the meantime and then lets the node do one step, so that one sync
// covers the commands of many clients, and one question to the leader covers the reads of many.
//
//	server.go   the goroutine that owns the node
//	clients.go  commands and reads, which wait for their answers
//	links.go    connections to other nodes: messages, and snapshots
//	identity.go for which node a certificate speaks
//	frames.go   what is on these connections
//	members.go  changes of the membership, and where nodes are reached
//	http.go     what clients ask for over HTTP
//
// Callers: the command lightning-replica, and programs that embed a replicated store.
package server
