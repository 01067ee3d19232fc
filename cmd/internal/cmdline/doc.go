// Package cmdline has what every command does with its command line: positional arguments, flags whose values are names,
// and words to paste into a shell.
//
// What is typed wrong is answered with an error of exit code 2 that names the remedy or all possible values.
package cmdline
