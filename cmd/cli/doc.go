// Package cli is the command lightning-torture as a library: a main package names its engines, and has every command.
//
//	func main() { cli.Main(cli.App{Targets: []torture.Target{mine.Target()}}) }
//
// It is a thin layer over the packages torture, bench, schedule, and engine for stores: flags in, exit codes out.
//
//  1. Standard output carries only the result. Progress and errors go to standard error; an error is one line.
//  2. The exit code says what happened; "help exit-codes" lists them. A violation, a question without an answer and a
//     broken host have different codes, so that a CI job can tell them apart.
//  3. An unknown name is answered with all known ones.
//  4. An interrupt stops the run, and what it had found is still printed and written. A second one kills at once.
//  5. Nothing is written but the output directory and the file that --html names. Both are tried before the run starts:
//     a run of a day must not end with "permission denied". What bench stores, it removes, except profiles. The commands
//     of engine write only what they name. wasmexec keeps compiled programs in the user's cache.
//
// Every command is a file. What they share is the struct cli, whose fields a test may replace.
package cli
