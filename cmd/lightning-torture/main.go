// Command lightning-torture tortures Lightning: it runs the engine on a disk that loses power, and judges what is left.
// Package cli implements the command; package lightning adds what is about Lightning alone.
package main

import (
	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/lightning"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	target "github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func main() {
	cli.Main(cli.App{
		Name: "lightning-torture", Targets: []torture.Target{target.Target(), target.LogTarget()}, Bench: []bench.Engine{target.Engine()},
		Commands: lightning.Commands(),
	})
}
