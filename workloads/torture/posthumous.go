package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// Posthumous returns the result of a run whose process died. It has the findings that the run had saved since it began
// and, last, the one that says what the process died of. The figures of the run are lost, except for the time that it
// took.
func Posthumous(target Target, opts Options, last *Finding, began time.Time, took time.Duration) (*Result, error) {
	opts = opts.withDefaults(target.Promises)
	r := &Result{
		Version: 1, Engine: target.Name, Scenario: opts.Scenario, Seed: opts.Seed, Profile: opts.Profile, Device: opts.Device,
		ElapsedSeconds: took.Seconds(), FaultsInjected: map[string]uint64{}, Cells: []Cell{},
		Profiles: map[string]ProfileCount{}, Goals: []GoalCount{}, Verdict: checker.Fail, Provenance: provenance(),
		Reasons: []string{"The process died, and the figures of the run with it: the zeros here are unknown."},
	}
	files, err := filepath.Glob(filepath.Join(opts.Dir, "findings", "*"+evidence.Ext))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHost, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.ModTime().Before(began) {
			continue // an earlier run's
		}
		if v, err := evidence.Load(file); err == nil {
			v.Finding.File = file
			r.Findings = append(r.Findings, v.Finding)
		}
	}
	r.Findings = append(r.Findings, *last)
	return r, nil
}
