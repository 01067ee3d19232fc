// Command fleet shares a campaign of the lab among many machines. It also has all commands of lightning-torture, so that it can
// replay what it finds.
//
//	fleet serve --dir night --for 8h            # on one machine
//	fleet work --server 127.0.0.1:4270          # one per CPU, on any number of machines
//	fleet status                                # show progress and workers
//	fleet drain                                 # let workers finish their cells, then stop
package main

import (
	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/workloads/fleet/command"
	target "github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func main() {
	targets := []torture.Target{target.Target(), target.LogTarget(), soakledger.Target()}
	cli.Main(cli.App{Name: "fleet", Targets: targets, Commands: command.All(targets)})
}
