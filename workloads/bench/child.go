package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// task is one work with so many goroutines.
type task struct {
	Work       string
	Goroutines int
}

// work finds the task's work, which the parent has checked.
func (t task) work() work {
	w, ok := workNamed(t.Work)
	if !ok {
		panic("bench: unknown work " + t.Work)
	}
	return w
}

// job is what one process does: tasks that share a store.
type job struct {
	Engine  string
	Tasks   []task
	Dir     string // an own one, empty
	Entries int
	Round   int
	Profile string // directory of CPU profiles; none if empty
	Crash   bool   // write what the tasks will recover, and die
}

// Child does the job that it reads and writes the measurements. It is run in a process of its own, so that memory,
// garbage collection and caches are those of one engine.
func Child(engines []Engine, in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return fmt.Errorf("%w: no job: %w", ErrChild, err)
	}
	at := slices.IndexFunc(engines, func(e Engine) bool { return e.Name == j.Engine })
	if at < 0 || len(j.Tasks) == 0 {
		return fmt.Errorf("%w: engine %q has no job", ErrChild, j.Engine)
	}
	measurements, err := do(&session{job: j, engine: engines[at]})
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(measurements)
}

func do(s *session) (all []Measurement, err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	first := s.Tasks[0].work()
	if s.Crash {
		return nil, s.crash(first)
	}
	if err := s.prepare(first); err != nil {
		return nil, err
	}
	for _, t := range s.Tasks {
		m, err := t.work().run(s, t)
		if err == nil && s.store != nil && t.work().state >= loaded {
			err = s.verify()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Work, err)
		}
		m.Work, m.Goroutines, m.Engine, m.Round = t.Work, t.Goroutines, s.Engine, s.Round
		m.PeakRSS = float64(peakRSSBytes()) / (1 << 20)
		all = append(all, m)
	}
	return all, nil
}
