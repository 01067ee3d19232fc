// Package server runs a replica.Node: it supplies the ticks, delivers messages between nodes, and serves clients.
//
//	s, err := server.Start(server.Config{Node: replica.Config{...}, Listen: "10.0.0.1:7201", Peers: map[uint64]string{...}, TLS: tls})
//	outcome, err := s.Do(ctx, conditions, writes)   // linearizable, applied once
//	value, ok, err := s.Get(ctx, key)               // linearizable
//	err = s.Close()
//
// # Promises
//
//   - S1: an outcome that Do returns is final: Done and Refused are durable on a majority. After an error the command may take
//     effect later or never, but at most once.
//   - S2: Get shows every write that any node acknowledged before Get was called.
//   - S3: a node talks only to nodes of its own group. With TLS, both sides present a certificate signed by the same authority;
//     without TLS, a server listens only on a loopback address. By itself a certificate proves that its holder belongs to the
//     authority, not which node it is, so any holder may speak for any node. Give the group an authority of its own, or set
//     Config.PeerName to bind each node to a name. A connection carries the messages of one node only: the one that opened it.
//   - S4: once its store has failed, a server answers every call with the reason; see replica.ErrStopped.
//   - S5: nobody waits forever. A call that is not answered ends with its context, messages that cannot be sent are dropped,
//     and uncommitted proposals have a bound beyond which callers wait.
//
// One goroutine owns the node. It collects everything that has arrived before it lets the node do a step. One sync therefore
// covers the commands of many clients, and one question to the leader covers many reads.
//
//	server.go     the goroutine that owns the node
//	clients.go    commands and reads that wait for their answers
//	links.go      connections to other nodes, and messages on them
//	snapshots.go  snapshots on connections of their own
//	identity.go   checks which node a certificate speaks for
//	frames.go     the format of these connections
//	troubles.go   logs why connections fail
//	members.go    changes of membership, and the addresses of nodes
//	http.go       the HTTP API for clients
//	metrics.go    what Prometheus sees of a node
//
// Callers: the command lightning-replica, and programs that embed a replicated store.
package server
