// Package report has the forms in which the packages mutants and mutate write their scores: a table for a terminal, the
// same for Markdown, and JSON.
package report
