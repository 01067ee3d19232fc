package metrics

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// Kind is the type of a metric.
type Kind string

// The kinds of metrics.
const (
	Gauge   Kind = "gauge"   // goes up and down
	Counter Kind = "counter" // grows over the whole life of the soak
)

// Metric is a metric family of a soak.
type Metric struct {
	Name   string
	Kind   Kind
	Labels []string
	Help   string
}

// metric is a Metric with the source of its values.
type metric struct {
	Metric
	values func(s *soak.Status, show func(value float64, labels ...string))
}

// escape escapes label values as the format demands; help texts here need no escaping.
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// newPage returns the metrics of a soak in the Prometheus text format.
func newPage(s *soak.Status) *bytes.Buffer {
	page := &bytes.Buffer{}
	for i := range table {
		table[i].write(page, s)
	}
	return page
}

// write writes a metric, or nothing if it has no values.
func (m *metric) write(page *bytes.Buffer, s *soak.Status) {
	begun := false
	m.values(s, func(value float64, labels ...string) {
		if !begun {
			page.WriteString("# HELP " + m.Name + " " + m.Help + "\n# TYPE " + m.Name + " " + string(m.Kind) + "\n")
			begun = true
		}
		page.WriteString(m.Name)
		for i, label := range labels {
			between := ","
			if i == 0 {
				between = "{"
			}
			page.WriteString(between + m.Labels[i] + `="` + escape.Replace(label) + `"`)
		}
		if len(labels) > 0 {
			page.WriteByte('}')
		}
		page.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
	})
}
