// Package soaks writes the pages of soaks: one soak with its findings and its trends, and an index of many reports. Plain data in,
// bytes out; what it promises is what packages reports and page promise.
//
//	soak.go      HTML of a soak                     trends.go    figures over time, from the events of its ledger
//	findings.go  the life of findings, as a table   index.go     an index over many reports
//
// The callers are the commands of soaks. The functions may be called concurrently.
package soaks
