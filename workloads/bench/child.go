package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Child reads a job, executes it and writes the measurements. It runs in a process of its own, so that memory, garbage
// collection and caches are those of a single engine.
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
	first := workOf(s.Tasks[0])
	if s.Crash {
		return nil, s.crash(first)
	}
	if err := s.prepare(first); err != nil {
		return nil, err
	}
	for _, t := range s.Tasks {
		w := workOf(t)
		m, err := w.run(s, trial{w, t.Goroutines})
		if err == nil && s.store != nil && w.state >= loaded {
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

// workOf returns the work of a task. The parent has checked its name.
func workOf(t task) work {
	w, ok := workNamed(t.Work)
	if !ok {
		panic("bench: unknown work " + t.Work)
	}
	return w
}
