package bench

import (
	"encoding/json"
	"io"
)

// Result is the outcome of a run. Scripts may rely on its JSON: Version grows when a field changes its meaning.
type Result struct {
	Version     int      `json:"version"`
	Entries     int      `json:"entries"`
	Rounds      int      `json:"rounds"`
	CPUs        int      `json:"cpus"`
	System      string   `json:"system"`
	Go          string   `json:"go"`
	Interrupted bool     `json:"interrupted,omitempty"`
	Notes       []string `json:"notes,omitempty"`
	Rows        []Row    `json:"rows"`
}

// Row is one work on one engine, with medians over the rounds. What does not apply is omitted.
type Row struct {
	Work       string `json:"work"`
	Goroutines int    `json:"goroutines"`
	Engine     string `json:"engine"`
	Rounds     int    `json:"rounds"`

	// Figure is the main figure of the work, in Unit; FigureMin and FigureMax are its extremes over the rounds.
	Figure      float64 `json:"figure"`
	FigureMin   float64 `json:"figure_min"`
	FigureMax   float64 `json:"figure_max"`
	Unit        string  `json:"unit"`
	LowerBetter bool    `json:"lower_is_better,omitempty"`
	// RatioToPebble is the median over rounds of this figure divided by Pebble's; 0 if Pebble was not measured.
	RatioToPebble float64 `json:"ratio_to_pebble"`

	OpsPerSecond float64 `json:"ops_per_second"`
	P50          float64 `json:"p50_us,omitempty"`
	P99          float64 `json:"p99_us"` // 0 if the work has no latencies
	P999         float64 `json:"p999_us,omitempty"`
	CPUPerOp     float64 `json:"cpu_us_per_op,omitempty"`
	CPURatio     float64 `json:"cpu_ratio_to_pebble,omitempty"` // of CPUPerOp, like RatioToPebble; less is better
	WriteAmp     float64 `json:"write_amp,omitempty"`
	SpaceAmp     float64 `json:"space_amp,omitempty"`
	PeakRSS      float64 `json:"peak_rss_mb,omitempty"`
	OpenMillis   float64 `json:"open_ms,omitempty"`
	Lost         float64 `json:"lost_entries,omitempty"`
	Retries      float64 `json:"retries_per_op,omitempty"`
	OthersCPU    float64 `json:"others_cpu,omitempty"`
}

// JSON writes r as one line.
func JSON(w io.Writer, r *Result) error { return json.NewEncoder(w).Encode(r) }
