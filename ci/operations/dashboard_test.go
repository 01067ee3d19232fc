//go:build linux

package operations_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/exporter"
	"github.com/lightningdb/lightning-torture/engine/replica/server"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

var update = flag.Bool("update", false, "write ../dashboards")

// shown is a metric with what a dashboard panel needs to know about it.
type shown struct {
	name, kind, help string
	labels           []string
}

// rows maps the first metric of each dashboard row to the title of the row. The lists of metrics are in a sensible order.
type rows map[string]string

var dashboards = map[string]struct {
	title string
	rows  rows
	list  func() []shown
}{
	"lightning": {
		title: "Lightning store",
		rows: rows{
			"lightning_poisoned": "Health", "lightning_commits_total": "Clients", "lightning_log_bytes_total": "Logs and syncs",
			"lightning_memtables": "Flushes", "lightning_compactions_running": "Compactions and tables", "lightning_blob_files": "Blob files",
			"lightning_cache_hits_total": "Cache and files", "lightning_checkpoints_total": "Copies",
		},
		list: func() (all []shown) {
			for _, m := range exporter.Metrics() {
				all = append(all, shown{m.Name, m.Kind.String(), m.Help, m.Labels})
			}
			return all
		},
	},
	"lightning-replica": {
		title: "Replicated store",
		rows: rows{
			"lightning_replica_has_leader": "Health", "lightning_replica_committed_index": "Logs", "lightning_replica_voting": "Members",
		},
		list: func() (all []shown) {
			for _, m := range server.Metrics() {
				all = append(all, shown{m.Name, "gauge", m.Help, []string{"group", "node"}})
			}
			return all
		},
	},
	"lightning-torture": {
		title: "Soak",
		rows: rows{
			"torture_running": "Health and findings", "torture_now_timestamp_seconds": "Progress", "torture_laps_total": "Work done",
			"torture_life_stores_total": "Long-lived store", "torture_figure": "Figures and their flatness",
		},
		list: func() (all []shown) {
			for _, m := range metrics.Metrics() {
				all = append(all, shown{m.Name, string(m.Kind), m.Help, m.Labels})
			}
			return all
		},
	},
}

// query returns the expression that a panel plots, and the legend of its lines.
func (m *shown) query() (expr, legend string) {
	legend = "{{instance}}"
	for _, l := range m.labels {
		legend += " {{" + l + "}}"
	}
	switch m.kind {
	case "counter":
		return fmt.Sprintf("rate(%s[$__rate_interval])", m.name), legend
	case "histogram":
		return fmt.Sprintf("histogram_quantile(0.99, sum by (le, instance) (rate(%s_bucket[$__rate_interval])))", m.name), legend + " p99"
	}
	return m.name, legend
}

func (m *shown) unit() string {
	switch base := strings.TrimSuffix(m.name, "_total"); {
	case strings.HasSuffix(base, "_timestamp_seconds"):
		return "dateTimeAsIso"
	case strings.HasSuffix(base, "_bytes") && m.kind == "counter":
		return "Bps"
	case strings.HasSuffix(base, "_bytes"):
		return "bytes"
	case strings.HasSuffix(base, "_seconds") && m.kind != "counter":
		return "s"
	case m.kind == "counter":
		return "ops"
	}
	return "short"
}

// board returns a dashboard that can be imported anywhere: Grafana asks for the data source.
func board(uid, title string, heads rows, list []shown) map[string]any {
	const width, height = 8, 7
	source := map[string]string{"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
	var panels []any
	x, y := 0, 0
	for i, m := range list {
		if head := heads[m.name]; head != "" {
			if x > 0 {
				x, y = 0, y+height
			}
			panels = append(panels, map[string]any{
				"type": "row", "title": head, "id": 1000 + i, "collapsed": false, "panels": []any{},
				"gridPos": map[string]int{"x": 0, "y": y, "w": 24, "h": 1},
			})
			y++
		}
		expr, legend := m.query()
		panels = append(panels, map[string]any{
			"type": "timeseries", "title": m.name, "description": m.help, "id": i + 1, "datasource": source,
			"gridPos":     map[string]int{"x": x, "y": y, "w": width, "h": height},
			"fieldConfig": map[string]any{"defaults": map[string]any{"unit": m.unit()}, "overrides": []any{}},
			"targets":     []any{map[string]any{"refId": "A", "expr": expr, "legendFormat": legend, "datasource": source}},
		})
		if x += width; x == 24 {
			x, y = 0, y+height
		}
	}
	return map[string]any{
		"__inputs":   []any{map[string]string{"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus"}},
		"__requires": []any{map[string]string{"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "2.0.0"}},
		"uid":        uid, "title": title, "schemaVersion": 39, "editable": true, "refresh": "30s", "tags": []string{"lightning-torture"},
		"time": map[string]string{"from": "now-6h", "to": "now"}, "panels": panels,
	}
}

func TestDashboards(t *testing.T) {
	t.Parallel()
	for uid, d := range dashboards {
		list := d.list()
		names := map[string]bool{}
		for _, m := range list {
			names[m.name] = true
		}
		for first := range d.rows {
			require.True(t, names[first], "a row of %s begins with %s, which does not exist", uid, first)
		}
		text, err := json.MarshalIndent(board(uid, d.title, d.rows, list), "", " ")
		require.NoError(t, err)
		file := filepath.Join("../dashboards", uid+".json")
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o644))
		}
		found, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(text)+"\n", string(found), "run: go test -run TestDashboards -update")
	}
}
