package metrics

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// show exports a value, with the values of the metric's labels.
type show = func(value float64, labels ...string)

// table has every metric. Those that say whether the soak is healthy come first.
var table = []metric{
	{
		Metric{"torture_running", Gauge, []string{"campaign", "engine", "shard"}, "1 while a supervisor is running, otherwise 0."},
		func(s *soak.Status, show show) { show(truth(s.Running), s.Campaign, s.Engine, shard(s.Shard)) },
	},
	{
		Metric{"torture_verdict", Gauge, []string{"verdict"}, "1 for the verdict that the soak would have if it ended now: pass, fail, inconclusive or blind."},
		func(s *soak.Status, show show) {
			for _, v := range []string{"pass", "fail", "inconclusive", "blind"} {
				show(truth(s.Verdict == v), v)
			}
		},
	},
	{
		Metric{"torture_findings", Gauge, []string{"state"}, "Findings by state, without those that known.json excuses."},
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
	gauge("torture_canary_missed", "Consecutive planted bugs that the lab missed, up to now; it is blind while this is not 0.",
		func(s *soak.Status) float64 { return float64(s.Canary.Missed) }),
	counter("torture_canary_tried_total", "Searches for a planted bug.", func(s *soak.Status) int { return s.Canary.Tried }),
	counter("torture_canary_caught_total", "Planted bugs that the lab has found.", func(s *soak.Status) int { return s.Canary.Caught }),
	moment("torture_canary_caught_timestamp_seconds", "When a planted bug was last found.", func(s *soak.Status) time.Time { return s.Canary.Last }),

	moment("torture_now_timestamp_seconds", "The current time by the clock of the soak's machine.", func(s *soak.Status) time.Time { return s.Now }),
	moment("torture_since_timestamp_seconds", "When the campaign began.", func(s *soak.Status) time.Time { return s.Since }),
	moment("torture_began_timestamp_seconds", "When this supervisor began.", func(s *soak.Status) time.Time { return s.Began }),
	moment("torture_progress_timestamp_seconds", "When the last cell was added to the ledger, or when this supervisor began if that was later.",
		func(s *soak.Status) time.Time {
			if s.Counted.After(s.Began) {
				return s.Counted
			}
			return s.Began
		}),
	gauge("torture_lap", "The lap in progress, from 0.", func(s *soak.Status) float64 { return float64(s.Lap) }),
	gauge("torture_cell", "The cell in progress, within the lap.", func(s *soak.Status) float64 { return float64(s.Cell) }),
	gauge("torture_lap_cells", "Cells of a lap in this shard.", func(s *soak.Status) float64 { return float64(s.CellsOf) }),

	counter("torture_laps_total", "Completed laps.", func(s *soak.Status) int { return s.Totals.Laps }),
	{
		Metric{"torture_cells_total", Counter, []string{"outcome"}, "Counted cells: pass, fail, unclear (too little was seen) or lost (the process died)."},
		func(s *soak.Status, show show) {
			show(float64(s.Totals.Passed), string(ledger.Passed))
			show(float64(s.Totals.Failed), string(ledger.Failed))
			show(float64(s.Totals.Unclear), string(ledger.Unclear))
			show(float64(s.Totals.Lost), string(ledger.Lost))
		},
	},
	counter("torture_runs_total", "Recorded runs of the engine.", func(s *soak.Status) int { return s.Totals.Runs }),
	counter("torture_crash_points_total", "Searched crash points.", func(s *soak.Status) int { return s.Totals.CrashPoints }),
	counter("torture_exhaustive_crash_points_total", "Searched crash points with every image recovered.", func(s *soak.Status) int { return s.Totals.Exhaustive }),
	gauge("torture_crash_point_shapes", "Distinct shapes of the searched crash points: what was pending, and from which code. Above 16,383 it is an estimate.",
		func(s *soak.Status) float64 { return float64(s.Totals.Shapes) }),
	counter("torture_images_total", "Crash images recovered and judged.", func(s *soak.Status) int { return s.Totals.Images }),
	counter("torture_nested_images_total", "Crash images of crashes during recovery, recovered and judged.", func(s *soak.Status) int { return s.Totals.Nested }),
	byName("torture_profile_images_total", Counter, "profile", "Crash images by the profile of the disk.",
		func(s *soak.Status) map[string]int { return s.Totals.Profiles }),
	byName("torture_goal_crash_points_total", Counter, "goal", "Crash points in dangerous situations, by situation.",
		func(s *soak.Status) map[string]int { return s.Totals.Goals }),
	{
		Metric{"torture_lost_bytes_total", Counter, nil, "Unsynced bytes lost in crashes."},
		func(s *soak.Status, show show) { show(float64(s.Totals.BytesLost)) },
	},
	{
		Metric{"torture_search_seconds_total", Counter, nil, "Time spent on cells."},
		func(s *soak.Status, show show) { show(s.Totals.Seconds) },
	},
	counter("torture_resumes_total", "Resumptions of the soak.", func(s *soak.Status) int { return max(s.Totals.Starts-1, 0) }),
	counter("torture_deaths_total", "Processes of laps, lives and replays that died.", func(s *soak.Status) int { return s.Totals.Deaths }),
	counter("torture_replays_total", "Replays of findings.", func(s *soak.Status) int { return s.Totals.Replays }),

	counter("torture_life_stores_total", "Long-lived stores since the soak began; one that breaks a promise is replaced by a new one.", func(s *soak.Status) int { return s.Life.Lives }),
	counter("torture_life_power_cuts_total", "Power cuts of the long-lived store, each with a full comparison.", func(s *soak.Status) int { return s.Life.Cuts }),
	counter("torture_life_operations_total", "Operations on the long-lived store.", func(s *soak.Status) int { return s.Life.Ops }),
	gauge("torture_life_keys", "Keys in the long-lived store after the last power cut.", func(s *soak.Status) float64 { return float64(s.Life.Last.Keys) }),
	gauge("torture_life_live_bytes", "Size of the keys and values of the long-lived store.", func(s *soak.Status) float64 { return float64(s.Life.Last.LiveBytes) }),
	gauge("torture_life_disk_bytes", "Size of the files of the long-lived store.", func(s *soak.Status) float64 { return float64(s.Life.Last.DiskBytes) }),
	gauge("torture_life_files", "Files of the long-lived store.", func(s *soak.Status) float64 { return float64(s.Life.Last.Files) }),

	byName("torture_figure", Gauge, "figure", "The latest value of a figure, such as supervisor.rss or disk.free: bytes or a number.",
		func(s *soak.Status) map[string]float64 { return s.Figures }),
	slope("torture_figure_flat", "1 if a figure stays flat, otherwise 0. Only figures that can be judged are shown.",
		func(l *soak.Slope) (float64, bool) { return truth(l.Flat), l.Measurable }),
	slope("torture_figure_measurable", "1 if there are enough samples of a figure to judge it, otherwise 0.",
		func(l *soak.Slope) (float64, bool) { return truth(l.Measurable), true }),
	slope("torture_figure_slope_per_hour", "The growth of a figure per hour: the Theil-Sen slope.",
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

// moment returns a timestamp metric, which is not shown while the time is zero.
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
