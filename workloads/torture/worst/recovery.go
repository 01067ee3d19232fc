package worst

// Recovery is a power cut at which the disk lost everything that it may lose, and the recovery from it.
type Recovery struct {
	Why      []string `json:"why"` // the criteria by which it is the worst, such as "most commits lost"
	Workload string   `json:"workload"`
	Fault    string   `json:"fault"`
	Profile  string   `json:"profile"`
	Seed     uint64   `json:"seed"`
	Tick     uint64   `json:"tick"` // the last operation that the disk has seen
	Of       uint64   `json:"of"`   // the last operation of the run

	LostCalls int `json:"lost_calls"` // calls that the disk has lost in full or in part
	LostBytes int `json:"lost_bytes"` // bytes of data lost with them

	Steps       []Step  `json:"steps"`        // what recovery did until the store was open
	Calls       int     `json:"calls"`        // all calls of the disk, including those that are not steps, such as reading a file's size
	OpenSeconds float64 `json:"open_seconds"` // time until the store was open
	ReadSeconds float64 `json:"read_seconds"` // time to read all of it after that
	Keys        int     `json:"keys"`         // keys that the store then showed

	Synced   int    `json:"synced"`          // commits acknowledged as synced before the power cut; all of them are there
	Lost     []Loss `json:"lost,omitempty"`  // the first of the other acknowledged commits that are gone
	Gone     int    `json:"gone"`            // number of acknowledged commits that are gone
	InFlight int    `json:"in_flight"`       // commits not yet answered, each of which may be there or not
	More     int    `json:"more,omitempty"`  // number of further steps, left out of Steps
	Again    bool   `json:"again,omitempty"` // a second recovery, of what the first one left, showed the same contents
}

// Bytes returns the number of bytes read or written by the steps of a kind, not counting steps that are left out.
func (r *Recovery) Bytes(kind string) (n int) {
	for _, s := range r.Steps {
		if s.Kind == kind {
			n += s.Bytes
		}
	}
	return n
}

// Report holds the worst of the recoveries that were examined.
type Report struct {
	Looked     int        `json:"looked"` // number of recoveries examined
	Recoveries []Recovery `json:"recoveries"`
}

// Worst keeps the worst of the recoveries that it examines. The same recordings give the same result. The zero value
// is ready for use.
type Worst struct {
	runs, looked int
	best         map[int]*Recovery // by criterion
}

// keep keeps a recovery if it is the worst by some criterion.
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

// maxSteps is the number of steps of a recovery that a report has.
const maxSteps = 32

// Report returns each of the worst recoveries once, with all criteria that it meets; nil if nothing was examined.
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

// criteria define the worst recoveries: those with the highest counts.
var criteria = []struct {
	name string
	of   func(*Recovery) int
}{
	{"most commits lost", func(r *Recovery) int { return r.Gone }},
	{"most data lost", func(r *Recovery) int { return r.LostBytes }},
	{"most data read", func(r *Recovery) int { return r.Bytes(Read) }},
	{"most data written", func(r *Recovery) int { return r.Bytes(Write) }},
	{"most filesystem calls", func(r *Recovery) int { return r.Calls }},
}
