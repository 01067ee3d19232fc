package exporter

import (
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lightningdb/lightning-torture/engine"
)

// Exporter is a prometheus.Collector of one store.
type Exporter struct {
	descs  []*prometheus.Desc // of table
	events events
	store  atomic.Pointer[store] // nil until the first Open
}

// store is the store that was opened last.
type store struct {
	db    *engine.DB
	dir   string // empty if the store is not on the filesystem of the operating system
	timed bool   // the store measures its syncs
}

// New returns an exporter whose series have the label store=name. It shows nothing until Open is called.
func New(name string) *Exporter {
	e := &Exporter{descs: make([]*prometheus.Desc, len(table))}
	for i, m := range table {
		e.descs[i] = prometheus.NewDesc(m.Name, m.Help, m.Labels, prometheus.Labels{"store": name})
	}
	return e
}

// Open is engine.Open with a listener that counts events before it passes them on to the listener in the options, if
// there is one. From then on the exporter shows this store. Close the store as usual; its last figures stay until the
// next Open.
func (e *Exporter) Open(dir string, opts engine.Options) (*engine.DB, error) {
	e.events.cause.Store(nil)
	opts.EventListener = e.events.listener(opts.EventListener)
	db, err := engine.Open(dir, opts)
	if err != nil {
		return nil, err
	}
	s := &store{db: db, timed: opts.Clock != nil || !opts.InlineMaintenance}
	if opts.FS == nil {
		s.dir = dir
	}
	e.store.Store(s)
	return db, nil
}

// Handler returns the page for Prometheus to scrape. It shows this store alone.
func (e *Exporter) Handler() http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(e)
	return promhttp.HandlerFor(own, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// Describe implements prometheus.Collector.
func (e *Exporter) Describe(to chan<- *prometheus.Desc) {
	for _, d := range e.descs {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (e *Exporter) Collect(to chan<- prometheus.Metric) {
	s := e.store.Load()
	if s == nil {
		return
	}
	now := reading{Metrics: s.db.Metrics(), events: &e.events, store: s}
	for i := range table {
		table[i].collect(&now, e.descs[i], to)
	}
}
