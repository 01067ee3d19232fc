// Package soaks writes the page of a soak, with its findings and trends, and an index of many reports. Plain data in, bytes
// out, with the promises of packages reports and page.
//
//	soak.go      HTML of a soak                        trends.go    figures over time, from the events of its ledger
//	findings.go  the history of findings, as a table   index.go     an index of many reports
//
// Callers: the soak and report commands. The functions are safe for concurrent use.
package soaks
