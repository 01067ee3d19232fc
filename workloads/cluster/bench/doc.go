// Command bench compares a replicated Lightning with etcd. Each has three members on this machine, in separate processes, which sync
// before they answer. Keys, values and the number of clients are the same. The two take turns, and each round uses new directories.
//
//	go -C engine/replica build -o /tmp/ ./cmd/lightning-replica
//	go -C workloads/cluster/bench run . --replica /tmp/lightning-replica --etcd /path/to/etcd --rounds 5 --clients 32
//
// Clients are spread over the members, and each has one request under way: etcd's over gRPC with its own client, Lightning's over
// HTTP. First all clients put, then all get, linearizably. The table has the medians of the rounds.
//
//	main.go     rounds, and the table
//	members.go  three processes, and when they are ready
//	etcd.go     etcd, and its client
//	replica.go  lightning-replica, over HTTP
//	load.go     clients, and how long they waited
//
// It is a module of its own, so that no other module depends on etcd's client.
package main
