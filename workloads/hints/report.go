package hints

// Report is the audit of an engine: each of its workloads was run once, without a fault.
type Report struct {
	Engine  string `json:"engine"`
	Profile string `json:"profile"`
	Device  string `json:"device,omitempty"` // as faultfs.ParseDevice reads it; empty: sectors are whole
	Seed    uint64 `json:"seed"`
	// Acknowledgements is how many commits had to survive a power cut from then on, in all runs.
	Acknowledgements int        `json:"acknowledgements"`
	Runs             []Workload `json:"runs"`
	Hints            []Hint     `json:"hints"`
}

// Workload is the run of one workload.
type Workload struct {
	Name             string `json:"workload"`
	Acknowledgements int    `json:"acknowledgements"`
	// Ended says why the run ended early; empty: it did not. What is wrong is not judged here.
	Ended string `json:"ended,omitempty"`
}
