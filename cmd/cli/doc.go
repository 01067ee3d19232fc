// Package cli is the command lightning-torture as a library. A main package names its engines and gets every command:
//
//	func main() { cli.Main(cli.App{Targets: []torture.Target{mine.Target()}}) }
//
// It is a thin layer over the packages torture, bench, mutate, schedule, litmus and reports: flags in, exit codes out.
//
//  1. Standard output carries only the result. Progress and errors go to standard error; an error is one line.
//  2. The exit code says what happened; "help exit-codes" lists them. A violation, an inconclusive run and a broken
//     host have different codes, so that a CI job can tell them apart.
//  3. The error for an unknown name lists all known ones.
//  4. An interrupt stops the run; what it has found so far is still printed and written. A second interrupt ends the
//     process at once.
//  5. Only the output directory and the file named by --html are written. Both are checked before a run starts, because
//     a run of a day must not end with "permission denied". bench removes what it stores, except profiles. wasmexec
//     keeps compiled programs in the user's cache. init adds new files to a module and changes none. Files are replaced
//     atomically: even on a full disk, a file has either its whole new content or its old content. What a killed
//     command leaves in temporary directories is removed by the next one.
//  6. Every number has a limit; package plan has those of run and replay. A number beyond its limit is bad usage (2),
//     reported before anything of that size is allocated.
//  7. run and replay keep the engine in a child process on Linux: they start the binary again with the same arguments.
//     Whatever a main package does before it calls [Main] also happens in the child.
//
// # What a binary is called
//
// Replay lines, error messages, examples and reports call the binary in a way that works when it is pasted. The first
// of these rules that applies decides:
//
//  1. If App.Name is set, that is the name: "lightning-torture replay LT2-...".
//  2. If the shell finds the binary in PATH by the last element of os.Args[0], it is called by that element.
//  3. If it was not built by the go command, it is called by its file, os.Args[0].
//  4. If go run or go build was given files, as in "go run main.go", it is called "go run .".
//  5. Otherwise it is called "go run" with the import path of its main package, as in "go run
//     example.com/mine/cmd/torture replay LT2-...", because the binary that go run builds is gone when it ends, and one
//     that go build wrote may be. Such a line works in the module of the main package.
//
// Errors begin with one word: the name, or the last element of the main package's import path. Under go test -exec,
// the line to paste names the binary itself, because go run would build for GOOS=wasip1.
//
// A replay token contains a hash of the name of its target, so a binary with several targets replays on the right one.
// An App in which two names have the same hash is rejected.
//
// # Where things are
//
// Each command is a function in a file of its own. They share the struct tool, whose fields a test may replace.
// root.go lists the commands. Commands about Lightning alone are in package lightning. exit.go decides the exit code
// of a result, and cmd/internal/exit/code.go that of an error; exitcodes.go explains them to users.
package cli
