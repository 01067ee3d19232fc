// Command bench is lightning-torture with the newest version of every engine to measure:
//
//	go -C workloads/targets/bench run . bench --engine lightning,pebble
//
// It is a module of its own, so that nobody who imports the lab or an adapter gets these versions.
package main

import (
	"github.com/lightningdb/lightning-torture/cmd/cli"
	measure "github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/targets/badger"
	"github.com/lightningdb/lightning-torture/workloads/targets/bbolt"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func main() {
	cli.Main(cli.App{
		Targets: []torture.Target{lightning.Target()},
		Bench: []measure.Engine{
			lightning.Engine(), pebble.Engine(), badger.Engine(), goleveldb.Engine(), bbolt.Engine(),
		},
	})
}
