// Command lightning-torture tortures Lightning: it runs the engine on a disk that loses power, and judges what is
// left. Package cli implements the command; package lightning adds what concerns Lightning alone.
package main

import (
	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/exec"
	"github.com/lightningdb/lightning-torture/cmd/lightning"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
	target "github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func main() {
	kernel.ServeIfAsked()
	stage.Main(native.Job(), kernel.Job())
	cli.Main(cli.App{
		Name: "lightning-torture", Targets: []torture.Target{target.Target(), target.LogTarget(), soakledger.Target()}, Bench: []bench.Engine{target.Engine()},
		Commands: append(lightning.Commands(), exec.Command()), Saved: []cli.Saved{exec.Saved()}, Programs: exec.Soaks(),
	})
}
