// Package exit has the exit codes of the command and the errors that stand for them.
//
//  1. A command returns an error; the root prints it and turns it into an exit code. No command calls os.Exit.
//  2. A [Code] is itself an error: the command has printed everything, and only the code is left to return.
//  3. An [Error] carries a code and a text that is still to be printed. Any other error means that the host is at fault.
//
// The codes are an interface to scripts: "help exit-codes" lists them, and they never change.
package exit
