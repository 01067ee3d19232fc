package hints

// Report is the audit of an engine: each of its workloads was run once, without a fault.
type Report struct {
	Engine  string `json:"engine"`
	Profile string `json:"profile"`
	Device  string `json:"device,omitempty"` // as faultfs.ParseDevice reads it; empty: sectors are whole
	Seed    uint64 `json:"seed"`
	// Acknowledgements is the number of commits in all runs that must survive a power cut once acknowledged.
	Acknowledgements int        `json:"acknowledgements"`
	Runs             []Workload `json:"runs"`
	Hints            []Hint     `json:"hints"`
}

// Workload is the run of one workload.
type Workload struct {
	Name             string `json:"workload"`
	Acknowledgements int    `json:"acknowledgements"`
	// Ended says why the run ended early, or is empty. An audit does not judge whether that is a bug.
	Ended string `json:"ended,omitempty"`
}
