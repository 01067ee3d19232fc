// Package metrics shows a soak to Prometheus and to whoever asks whether it is alive.
//
//	table.go    every metric: its name, what it means, and where its values come from
//	text.go     the text format of Prometheus, version 0.0.4
//	healthz.go  whether the soak is well, in a sentence
//	clock.go    whether the clock of the machine was set
//	serve.go    the two pages, on an address, and those that a caller adds
//
// A soak's Status is all that is shown, so a scrape waits for nothing that the soak does. Values are those of the ledger where it
// has any: they go on when a soak is resumed, and add up over its whole life. METRICS.md lists them all; it is made from the table
// (go test -run TestMetricsList -update).
//
// The format is written here, in fifty lines, and not by Prometheus' client library: whoever tests a store with the lab requires
// this module, and would have to take at least the client's version, in place of the one that the store was written for. For a
// store in production there is engine/exporter, a module of its own that uses the client.
//
// cmd/soak starts it. All functions may be called by any number of goroutines.
package metrics
