// Package command implements the commands serve, work, status and drain of a fleet. A main package adds them to the lab's own
// commands, with its engines:
//
//	func main() {
//		targets := []torture.Target{mine.Target()}
//		cli.Main(cli.App{Name: "fleet", Targets: targets, Commands: command.All(targets)})
//	}
//
// So the binary of a fleet can also replay the fleet's findings. The exit codes are the lab's: 0 for a pass, 1 for
// findings, 2 for bad usage, 3 if the result is inconclusive, 4 if the lab is blind or the host is at fault.
package command
