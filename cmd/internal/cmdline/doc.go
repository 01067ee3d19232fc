// Package cmdline has what every command does with its command line: positional arguments, and flags whose values are
// names.
//
// A mistake on the command line is an error with exit code 2 that names the remedy or all possible values.
package cmdline
