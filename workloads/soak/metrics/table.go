package metrics

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// show takes a value, with one value for each label.
type show = func(value float64, labels ...string)

// table has every metric, first what says whether the soak is well.
var table = []metric{
	{
		Metric{"torture_running", Gauge, []string{"campaign", "engine", "shard"}, "1 while a supervisor is at work, else 0."},
		func(s *soak.Status, show show) { show(truth(s.Running), s.Campaign, s.Engine, shard(s.Shard)) },
	},
	{
		Metric{"torture_verdict", Gauge, []string{"verdict"}, "1 for the verdict if the soak ended now: pass, fail, inconclusive or blind."},
		func(s *soak.Status, show show) {
			for _, v := range []string{"pass", "fail", "inconclusive", "blind"} {
				show(truth(s.Verdict == v), v)
			}
		},
	},
	{
		Metric{"torture_findings", Gauge, []string{"state"}, "Findings by the state of their life, without those that known.json excuses."},
		func(s *soak.Status, show show) {
			for _, state := range []ledger.State{ledger.New, ledger.Ongoing, ledger.Resolved, ledger.Regressed} {
				show(float64(s.ByState(state, s.Known)), string(state))
			}
		},
	},
	gauge("torture_known_findings", "Findings that known.json excuses.", func(s *soak.Status) (n float64) {
		for _, state := range []ledger.State{ledger.New, ledger.Ongoing, ledger.Resolved, ledger.Regressed} {
			n += float64(s.ByState(state, nil) - s.ByState(state, s.Known))
		}
		return n
	}),
	gauge("torture_canary_missed", "Planted bugs in a row that the lab did not find, up to now: it is blind while this is not 0.",
		func(s *soak.Status) float64 { return float64(s.Canary.Missed) }),
	counter("torture_canary_tried_total", "Planted bugs that the lab was to find.", func(s *soak.Status) int { return s.Canary.Tried }),
	counter("torture_canary_caught_total", "Planted bugs that the lab has found.", func(s *soak.Status) int { return s.Canary.Caught }),
	moment("torture_canary_caught_timestamp_seconds", "When a planted bug was found last.", func(s *soak.Status) time.Time { return s.Canary.Last }),

	moment("torture_now_timestamp_seconds", "What the clock of the soak's machine says.", func(s *soak.Status) time.Time { return s.Now }),
	moment("torture_since_timestamp_seconds", "When the campaign began.", func(s *soak.Status) time.Time { return s.Since }),
	moment("torture_began_timestamp_seconds", "When this supervisor began.", func(s *soak.Status) time.Time { return s.Began }),
	moment("torture_progress_timestamp_seconds", "When the ledger got its last cell, or this supervisor began if that was later.",
		func(s *soak.Status) time.Time {
			if s.Counted.After(s.Began) {
				return s.Counted
			}
			return s.Began
		}),
	gauge("torture_lap", "The lap that is going on, from 0.", func(s *soak.Status) float64 { return float64(s.Lap) }),
	gauge("torture_cell", "The cell of the lap that is going on.", func(s *soak.Status) float64 { return float64(s.Cell) }),
	gauge("torture_lap_cells", "Cells of a lap in this shard.", func(s *soak.Status) float64 { return float64(s.CellsOf) }),

	counter("torture_laps_total", "Laps of which every cell was counted.", func(s *soak.Status) int { return s.Totals.Laps }),
	{
		Metric{"torture_cells_total", Counter, []string{"outcome"}, "Cells that were counted: pass, fail, unclear (too little was seen) or lost (the process died)."},
		func(s *soak.Status, show show) {
			show(float64(s.Totals.Passed), string(ledger.Passed))
			show(float64(s.Totals.Failed), string(ledger.Failed))
			show(float64(s.Totals.Unclear), string(ledger.Unclear))
			show(float64(s.Totals.Lost), string(ledger.Lost))
		},
	},
	counter("torture_runs_total", "Runs of the engine that were recorded.", func(s *soak.Status) int { return s.Totals.Runs }),
	counter("torture_crash_points_total", "Crash points that were searched.", func(s *soak.Status) int { return s.Totals.CrashPoints }),
	counter("torture_exhaustive_crash_points_total", "Those of them of which every image was recovered.", func(s *soak.Status) int { return s.Totals.Exhaustive }),
	counter("torture_images_total", "Crash images that were recovered and judged.", func(s *soak.Status) int { return s.Totals.Images }),
	counter("torture_nested_images_total", "Those of them that a crash during recovery left.", func(s *soak.Status) int { return s.Totals.Nested }),
	byName("torture_profile_images_total", Counter, "profile", "Crash images by the profile of the disk.",
		func(s *soak.Status) map[string]int { return s.Totals.Profiles }),
	byName("torture_goal_crash_points_total", Counter, "goal", "Crash points in dangerous situations, by situation.",
		func(s *soak.Status) map[string]int { return s.Totals.Goals }),
	{
		Metric{"torture_lost_bytes_total", Counter, nil, "Bytes that were not synced and that crashes have dropped."},
		func(s *soak.Status, show show) { show(float64(s.Totals.BytesLost)) },
	},
	{
		Metric{"torture_search_seconds_total", Counter, nil, "What searching took."},
		func(s *soak.Status, show show) { show(s.Totals.Seconds) },
	},
	counter("torture_resumes_total", "Times that the soak was resumed.", func(s *soak.Status) int { return max(s.Totals.Starts-1, 0) }),
	counter("torture_deaths_total", "Processes of laps, lives and replays that ended before their time.", func(s *soak.Status) int { return s.Totals.Deaths }),
	counter("torture_replays_total", "Replays of findings.", func(s *soak.Status) int { return s.Totals.Replays }),

	counter("torture_life_stores_total", "Stores that have lived since the soak began; one more than those that were wrong.", func(s *soak.Status) int { return s.Life.Lives }),
	counter("torture_life_power_cuts_total", "Power cuts of the store that lives, each with a full comparison.", func(s *soak.Status) int { return s.Life.Cuts }),
	counter("torture_life_operations_total", "Operations on the store that lives.", func(s *soak.Status) int { return s.Life.Ops }),
	gauge("torture_life_keys", "Keys of the store that lives, after the last power cut.", func(s *soak.Status) float64 { return float64(s.Life.Last.Keys) }),
	gauge("torture_life_live_bytes", "Size of its keys and values.", func(s *soak.Status) float64 { return float64(s.Life.Last.LiveBytes) }),
	gauge("torture_life_disk_bytes", "Size of its files.", func(s *soak.Status) float64 { return float64(s.Life.Last.DiskBytes) }),
	gauge("torture_life_files", "Its files.", func(s *soak.Status) float64 { return float64(s.Life.Last.Files) }),

	byName("torture_figure", Gauge, "figure", "The last measurement of a figure, such as supervisor.rss or disk.free, in bytes or a number.",
		func(s *soak.Status) map[string]float64 { return s.Figures }),
	slope("torture_figure_flat", "1 if a figure stays as it was, else 0. Only figures that can be judged are shown.",
		func(l *soak.Slope) (float64, bool) { return truth(l.Flat), l.Measurable }),
	slope("torture_figure_measurable", "1 if there are enough samples of a figure to judge it, else 0.",
		func(l *soak.Slope) (float64, bool) { return truth(l.Measurable), true }),
	slope("torture_figure_slope_per_hour", "How much a figure grows in an hour: the Theil-Sen slope.",
		func(l *soak.Slope) (float64, bool) { return l.PerHour, l.Measurable }),
	slope("torture_figure_median", "The median of a figure's samples.", func(l *soak.Slope) (float64, bool) { return l.Median, l.Measurable }),
}

// Metrics returns all metrics that a soak may show, in the order of METRICS.md.
func Metrics() []Metric {
	all := make([]Metric, 0, len(table)+1)
	for _, m := range table {
		m.Labels = slices.Clone(m.Labels)
		all = append(all, m.Metric)
	}
	return append(all, clockMetric)
}

func gauge(name, help string, value func(*soak.Status) float64) metric {
	return metric{Metric{name, Gauge, nil, help}, func(s *soak.Status, show show) { show(value(s)) }}
}

func counter(name, help string, value func(*soak.Status) int) metric {
	return metric{Metric{name, Counter, nil, help}, func(s *soak.Status, show show) { show(float64(value(s))) }}
}

// moment shows nothing until it has come.
func moment(name, help string, value func(*soak.Status) time.Time) metric {
	return metric{Metric{name, Gauge, nil, help}, func(s *soak.Status, show show) {
		if at := value(s); !at.IsZero() {
			show(float64(at.UnixNano()) / 1e9)
		}
	}}
}

func byName[N int | float64](name string, kind Kind, label, help string, values func(*soak.Status) map[string]N) metric {
	return metric{Metric{name, kind, []string{label}, help}, func(s *soak.Status, show show) {
		all := values(s)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			show(float64(all[key]), key)
		}
	}}
}

func slope(name, help string, value func(*soak.Slope) (float64, bool)) metric {
	return metric{Metric{name, Gauge, []string{"figure"}, help}, func(s *soak.Status, show show) {
		for i := range s.Slopes {
			if v, known := value(&s.Slopes[i]); known {
				show(v, s.Slopes[i].Figure)
			}
		}
	}}
}

func shard(s ledger.Shard) string {
	if s.Of == 0 {
		return "1/1"
	}
	return strconv.Itoa(s.Index) + "/" + strconv.Itoa(s.Of)
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
