// Package metrics exports a soak to Prometheus and serves its health check.
//
//	table.go    every metric: its name, its meaning, and the source of its values
//	text.go     the Prometheus text format, version 0.0.4
//	healthz.go  the health of the soak, in a sentence
//	clock.go    whether the clock of the machine was set
//	serve.go    serves the two pages, and those that a caller adds
//
// Everything is derived from the soak's Status, so a scrape never waits for the soak's work. Values come from the ledger where
// possible: counters continue when a soak is resumed and cover its whole life. METRICS.md lists all metrics; it is generated from
// the table (go test -run TestMetricsList -update).
//
// The format is written here, in fifty lines, rather than by Prometheus's client library: everyone who tests a store with the lab
// depends on this module, and would need at least this module's version of the client. For stores in production there is
// engine/exporter, a separate module that uses the client.
//
// Caller: cmd/soak. All functions are safe for concurrent use.
package metrics
