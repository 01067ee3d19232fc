// Package command has the commands serve, work, status and drain of a fleet. A main package adds them to the lab's own commands, and
// names its engines:
//
//	func main() {
//		targets := []torture.Target{mine.Target()}
//		cli.Main(cli.App{Name: "fleet", Targets: targets, Commands: command.All(targets)})
//	}
//
// So the binary of a fleet can also replay what the fleet finds. Exit codes are those of the lab: 0 pass, 1 findings, 2 bad usage, 3 it
// proves less than it should, 4 the lab is blind or the host at fault.
package command
