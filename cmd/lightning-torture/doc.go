// Lightning-torture puts storage engines to the test: it runs them on a disk that loses power, and judges what is left.
//
// This command is a thin skin over the packages torture, bench, schedule, and engine for stores: flags in, exit codes out.
//
//  1. Standard output carries only the result. Progress and errors go to standard error; an error is one line.
//  2. The exit code says what happened, see "lightning-torture help exit-codes". A found violation, a question without
//     an answer and a broken host have different codes, so that a CI job can tell them apart.
//  3. A name that is not known is answered with all names that are.
//  4. An interrupt stops the run, and what it had found is still printed and written. The second one kills at once.
//  5. Nothing is written but the output directory and the file that --html names. Both are tried before the run starts:
//     a run of a day must not end with "permission denied". What bench stores, it removes, except profiles. The commands
//     of engine write only what they name. wasmexec keeps compiled programs in the user's cache.
//
// Every command is a file; what they share is the struct cli, whose fields are the world as a test may replace it.
package main
