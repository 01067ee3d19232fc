package bench

// Measurement is the result of one work on one engine in one round. A figure is zero if it does not apply or the system
// does not provide it.
type Measurement struct {
	Work       string  `json:"work"`
	Goroutines int     `json:"goroutines"`
	Engine     string  `json:"engine"`
	Round      int     `json:"round"`
	Figure     float64 `json:"figure"` // in the unit of the work

	OpsPerSecond float64 `json:"ops_per_second"`
	P50          float64 `json:"p50_us"`
	P99          float64 `json:"p99_us"`
	P999         float64 `json:"p999_us"`
	CPUPerOp     float64 `json:"cpu_us_per_op"` // all threads of the process
	WriteAmp     float64 `json:"write_amp"`     // bytes written to disk, up to the end of Close, per byte that was put
	SpaceAmp     float64 `json:"space_amp"`     // bytes on disk, when the store is idle, per live byte
	PeakRSS      float64 `json:"peak_rss_mb"`   // of the process so far
	OpenMillis   float64 `json:"open_ms"`       // of recover
	Lost         float64 `json:"lost"`          // acknowledged entries that were missing after recover
	Retries      float64 `json:"retries_per_op"`
	OthersCPU    float64 `json:"others_cpu"` // share of the machine that other processes used
}

// measurement converts a tally of operations on entriesPerOp entries each.
func (t tally) measurement(entriesPerOp int) Measurement {
	done := float64(t.ops * entriesPerOp)
	if done == 0 {
		return Measurement{}
	}
	us := func(q float64) float64 { return float64(t.latencies.ValueAtQuantile(q)) / 1e3 }
	return Measurement{
		Figure: done / t.seconds, OpsPerSecond: done / t.seconds, P50: us(50), P99: us(99), P999: us(99.9),
		CPUPerOp: t.cpu / done * 1e6, OthersCPU: t.othersCPU,
	}
}
