// Command bench is lightning-torture with the newest version of every engine, for benchmarks and for torture:
//
//	go -C workloads/targets/bench run . bench --engine lightning,pebble
//	go -C workloads/targets/bench run . run --engine goleveldb
//
// It is a module of its own, so that importing the lab or an adapter does not bring in these versions.
package main

import (
	"github.com/lightningdb/lightning-torture/cmd/cli"
	measure "github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/targets/badger"
	"github.com/lightningdb/lightning-torture/workloads/targets/bbolt"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble"
	"github.com/lightningdb/lightning-torture/workloads/targets/pogreb"
	"github.com/lightningdb/lightning-torture/workloads/targets/raftwal"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func main() {
	cli.Main(cli.App{
		Targets: []torture.Target{lightning.Target(), pebble.Target(), goleveldb.Target(), pogreb.Target(), raftwal.Target()},
		Bench: []measure.Engine{
			lightning.Engine(), pebble.Engine(), badger.Engine(), goleveldb.Engine(), bbolt.Engine(),
		},
	})
}
