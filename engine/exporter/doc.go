// Package exporter exposes what a Lightning store does to Prometheus. It is a module of its own, so that programs that
// embed the engine do not inherit the Prometheus client, or a minimum version of it.
//
//	watch := exporter.New("money")
//	db, err := watch.Open("/var/lib/money", engine.Options{})
//	http.Handle("/metrics", watch.Handler())  // a registry of its own; or prometheus.MustRegister(watch)
//	http.Handle("/healthz", watch.Healthz())
//
// # Contract
//
//   - An Exporter shows one store at a time: the one it opened last. Counters restart from zero when the store is
//     opened again, as Prometheus expects of a process that restarts. Those that count events continue.
//   - Every series has the label store, with the name given to New. Label values come from fixed sets, so a store has
//     about 60 series whatever it holds.
//   - A scrape calls DB.Metrics once. It takes no lock that commits hold for long, and reads no file.
//   - Nothing is registered with the default registry, and no address is listened on: the caller decides who may look.
//
// METRICS.md lists all metrics. It is generated from the same table as the code (go test -run TestMetricsList -update).
//
// # Histograms
//
// lightning_sync_duration_seconds is a classic histogram with the 14 buckets of engine.LatencyBounds, from 50 µs to 1
// s: narrow in the range of a healthy disk, wide beyond it. It is classic rather than native because the engine counts
// into these buckets itself, scraped or not, and because every version of Prometheus can read it. A sync that has not
// returned is in no bucket; lightning_syncs_running counts it.
//
// All methods are safe for concurrent use.
package exporter
