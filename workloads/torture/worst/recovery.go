package worst

// Recovery is a power cut after which the disk has lost all that it may lose, and what recovery made of the rest.
type Recovery struct {
	Why      []string `json:"why"` // by which it is the worst, such as "most commits lost"
	Workload string   `json:"workload"`
	Fault    string   `json:"fault"`
	Profile  string   `json:"profile"`
	Seed     uint64   `json:"seed"`
	Tick     uint64   `json:"tick"` // the last operation that the disk has seen
	Of       uint64   `json:"of"`   // the last operation of the run

	LostCalls int `json:"lost_calls"` // calls that the disk has lost, or parts of them
	LostBytes int `json:"lost_bytes"` // of their data

	Steps       []Step  `json:"steps"`        // what recovery did until the store was open, in order
	Calls       int     `json:"calls"`        // of the disk, those included that are no step, such as looking at a file's size
	OpenSeconds float64 `json:"open_seconds"` // until the store was open
	ReadSeconds float64 `json:"read_seconds"` // until all of it had been read after that
	Keys        int     `json:"keys"`         // that the store showed then

	Synced   int    `json:"synced"`          // commits that were acknowledged as synced before the power cut: all are there
	Lost     []Loss `json:"lost,omitempty"`  // commits that were acknowledged otherwise and are gone, the first ones
	Gone     int    `json:"gone"`            // all of those
	InFlight int    `json:"in_flight"`       // commits that were not answered yet: each may be there or not
	More     int    `json:"more,omitempty"`  // further steps, which are left out
	Again    bool   `json:"again,omitempty"` // a second recovery, from what the first one left, showed the same
}

// Bytes returns how many bytes the steps of a kind have read or written, those that are left out not counted.
func (r *Recovery) Bytes(kind string) (n int) {
	for _, s := range r.Steps {
		if s.Kind == kind {
			n += s.Bytes
		}
	}
	return n
}

// Report is the worst of the recoveries that were looked at.
type Report struct {
	Looked     int        `json:"looked"` // how many that were
	Recoveries []Recovery `json:"recoveries"`
}

// Worst keeps the worst of the recoveries that it looks at, the same for the same recordings. The zero value has seen none.
type Worst struct {
	runs, looked int
	best         map[int]*Recovery // by criterion
}

// keep keeps a recovery if it is the worst in some way.
func (w *Worst) keep(r *Recovery) {
	w.looked++
	if w.best == nil {
		w.best = map[int]*Recovery{}
	}
	for i, c := range criteria {
		if n := c.of(r); n > 0 && (w.best[i] == nil || n > c.of(w.best[i])) {
			w.best[i] = r
		}
	}
}

// maxSteps is how many steps of a recovery a report has.
const maxSteps = 32

// Report returns the worst, each once, with all ways in which it is; nil if nothing was looked at.
func (w *Worst) Report() *Report {
	if w.looked == 0 {
		return nil
	}
	report := &Report{Looked: w.looked, Recoveries: []Recovery{}}
	at := map[*Recovery]int{}
	for i, c := range criteria {
		best := w.best[i]
		if best == nil {
			continue
		}
		if _, known := at[best]; !known {
			at[best] = len(report.Recoveries)
			r := *best
			r.More = max(0, len(r.Steps)-maxSteps)
			r.Steps = r.Steps[:len(r.Steps)-r.More]
			report.Recoveries = append(report.Recoveries, r)
		}
		r := &report.Recoveries[at[best]]
		r.Why = append(r.Why, c.name)
	}
	return report
}

// criteria say which recoveries are the worst: those with the highest counts.
var criteria = []struct {
	name string
	of   func(*Recovery) int
}{
	{"most commits lost", func(r *Recovery) int { return r.Gone }},
	{"most data lost", func(r *Recovery) int { return r.LostBytes }},
	{"most read back", func(r *Recovery) int { return r.Bytes(Read) }},
	{"most rewritten", func(r *Recovery) int { return r.Bytes(Write) }},
	{"longest way", func(r *Recovery) int { return r.Calls }},
}
