module example.com/with-engines

go 1.26.0

require (
	github.com/akrylysov/pogreb v0.10.2
	github.com/cockroachdb/pebble/v2 v2.1.4
	github.com/dgraph-io/badger/v4 v4.2.0
	github.com/hashicorp/raft-wal v0.4.1
	github.com/lightningdb/lightning-torture v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/badger v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/bbolt v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/goleveldb v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/pebble v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/pogreb v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/raftwal v0.0.0
	github.com/lightningdb/lightning-torture/workloads/targets/sqlite v0.0.0
	github.com/ncruces/go-sqlite3 v0.36.0
	github.com/syndtr/goleveldb v1.0.1-0.20210819022825-2ae1ddf74ef7
	go.etcd.io/bbolt v1.3.6
)

replace (
	github.com/lightningdb/lightning-torture => ../../../..
	github.com/lightningdb/lightning-torture/workloads/targets/badger => ../../badger
	github.com/lightningdb/lightning-torture/workloads/targets/bbolt => ../../bbolt
	github.com/lightningdb/lightning-torture/workloads/targets/goleveldb => ../../goleveldb
	github.com/lightningdb/lightning-torture/workloads/targets/pebble => ../../pebble
	github.com/lightningdb/lightning-torture/workloads/targets/pogreb => ../../pogreb
	github.com/lightningdb/lightning-torture/workloads/targets/raftwal => ../../raftwal
	github.com/lightningdb/lightning-torture/workloads/targets/sqlite => ../../sqlite
)
