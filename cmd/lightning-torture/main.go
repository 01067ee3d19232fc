// Command lightning-torture tortures Lightning: it runs the engine on a disk that loses power, and judges what is left.
// All of it is package cli.
package main

import (
	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets"
)

func main() {
	cli.Main(cli.App{
		Name: "lightning-torture", Targets: targets.All(), Bench: targets.Measured(), Commands: lightning.Commands(),
	})
}
