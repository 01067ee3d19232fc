// Package report formats the scores of packages mutants and mutate: as a table for a terminal, as a Markdown table, and
// as JSON.
package report
