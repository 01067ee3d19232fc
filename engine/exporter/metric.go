package exporter

import (
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lightningdb/lightning-torture/engine"
)

// Metric is a metric family that an Exporter shows.
type Metric struct {
	Name   string
	Kind   Kind
	Labels []string // in addition to store
	Help   string
}

// Kind says how to interpret the values of a metric.
type Kind uint8

// The kinds of metrics.
const (
	Gauge     Kind = iota // may go up and down
	Counter               // grows until the store is opened again
	Histogram             // counts by bucket, and a sum
)

func (k Kind) String() string {
	switch k {
	case Gauge:
		return "gauge"
	case Counter:
		return "counter"
	case Histogram:
		return "histogram"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Metrics returns all metrics that an Exporter may show, in the order of METRICS.md.
func Metrics() []Metric {
	all := make([]Metric, len(table))
	for i, m := range table {
		all[i] = m.Metric
		all[i].Labels = slices.Clone(m.Labels)
	}
	return all
}

// reading is what one scrape sees.
type reading struct {
	engine.Metrics
	events *events
	store  *store
}

// metric is a Metric together with the source of its values: exactly one of the three functions.
type metric struct {
	Metric
	value  func(*reading) float64
	values func(*reading, func(value float64, labels ...string))
	times  func(*reading) engine.Latency
}

func (m *metric) collect(r *reading, desc *prometheus.Desc, to chan<- prometheus.Metric) {
	kind := prometheus.GaugeValue
	if m.Kind == Counter {
		kind = prometheus.CounterValue
	}
	show := func(value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, kind, value, labels...)
	}
	switch {
	case m.times != nil:
		took := m.times(r)
		count, buckets := cumulate(took)
		to <- prometheus.MustNewConstHistogram(desc, count, took.Sum.Seconds(), buckets)
	case m.values != nil:
		m.values(r, show)
	default:
		show(m.value(r))
	}
}

// cumulate returns the number of calls and, for each bound in seconds, the number that took no longer than it.
func cumulate(l engine.Latency) (count uint64, buckets map[float64]uint64) {
	buckets = map[float64]uint64{}
	for i, bound := range engine.LatencyBounds {
		count += uint64(l.Counts[i])
		buckets[bound.Seconds()] = count
	}
	return count + uint64(l.Counts[len(engine.LatencyBounds)]), buckets
}
