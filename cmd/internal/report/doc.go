// Package report is the commands that make pages of results saved as JSON: report diff compares two, report index
// lists many. Its caller is package cli.
package report
