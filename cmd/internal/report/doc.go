// Package report implements the commands that make pages from results saved as JSON: report diff compares two, report index
// lists many. Its caller is package cli.
package report
