package torture

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
)

// A panic in a goroutine that the engine has started cannot be recovered by anybody: it ends the process, and the run with
// it. Who runs the lab in a process of its own, as the command does, hears from Options.Running what was going on, reads
// what the Go runtime said at the end, and makes a finding of it here.

// Blame says whose panic ended a process, from what the Go runtime wrote: the first function on the stack of the goroutine
// that panicked which is neither the runtime's nor the standard library's. engines is false if it is the lab's own, or if
// there is none.
func Blame(output string) (function string, engines bool) {
	for _, call := range framesOf(output) {
		if domain, _, ok := strings.Cut(call.function, "/"); ok && strings.Contains(domain, ".") {
			return shortName(call.function), !call.ofLab()
		}
	}
	return "", false
}

// frame is a call on a stack.
type frame struct{ function, place string }

// ofLab reports whether a function is the lab's: of this module, and neither of the engine nor of an adapter, nor of an
// engine of the lab's own tests.
func (f frame) ofLab() bool {
	rest, ours := strings.CutPrefix(f.function, modulePath)
	return strings.HasPrefix(f.function, "github.com/spf13/afero") || ours && !strings.HasPrefix(rest, "engine") &&
		!strings.HasPrefix(rest, "workloads/targets/") && !strings.Contains(f.place, "_test.go:")
}

// framesOf returns the stack of the first goroutine in what the runtime wrote, which is the one that panicked, innermost
// call first. Each call has two lines: the function with its arguments, and, behind a tab, where it stands.
func framesOf(output string) (calls []frame) {
	_, stack, _ := strings.Cut("\n"+output, "\ngoroutine ")
	stack, _, _ = strings.Cut(stack, "\n\n")
	for line := range strings.SplitSeq(stack, "\n") {
		switch end := strings.LastIndex(line, "("); {
		case strings.HasPrefix(line, "created by "):
			return calls
		case strings.HasPrefix(line, "\t") && len(calls) > 0:
			file, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			calls[len(calls)-1].place = path.Join(path.Base(path.Dir(file)), path.Base(file))
		case end > 0:
			calls = append(calls, frame{function: line[:end]})
		}
	}
	return calls
}

// Died returns the finding that a panic of the engine, which wrote output, has ended the process of a run; token repeats
// what was going on. The error is ErrBadToken.
func Died(targets []Target, token, output string) (*Finding, error) {
	target, s, at, err := decodeToken(token, targets)
	if err != nil {
		return nil, err
	}
	function, _ := Blame(output)
	reason, _, _ := strings.Cut(strings.TrimSpace(output), "\n")
	reason = strings.TrimSuffix(strings.TrimPrefix(reason, "panic: "), " [recovered, repanicked]")
	f := failure{judge: "process", tick: at.tick, count: 1}
	f.Class = "panic"
	f.Sentence = fmt.Sprintf("the engine panicked in a goroutine of its own, in %s, and ended the process: %s", function, reason)
	for _, c := range framesOf(output) {
		f.Evidence = append(f.Evidence, c.place+" "+shortName(c.function))
	}
	f.Evidence = f.Evidence[:min(12, len(f.Evidence))]
	return &Finding{
		ID: fingerprint(&f), Judge: f.judge, Class: f.Class, Workload: s.Workload, Fault: s.Fault, Profile: s.Profile, Device: s.Device,
		Seed: s.Seed, Clients: s.Size.Clients, CrashTick: at.tick, Sentence: capital(f.Sentence), Evidence: f.Evidence,
		Trace: []TraceLine{}, Count: 1, Token: encodeToken(target.Name, s, at),
	}, nil
}

// Posthumous returns the result of a run whose process died of what last says, after it had taken so long: that finding, and
// those that the run had saved since it began. Its figures are lost.
func Posthumous(target Target, opts Options, last *Finding, began time.Time, took time.Duration) (*Result, error) {
	opts = opts.withDefaults(target.Promises)
	r := &Result{
		Version: 1, Engine: target.Name, Scenario: opts.Scenario, Seed: opts.Seed, Profile: opts.Profile, Device: opts.Device,
		ElapsedSeconds: took.Seconds(), FaultsInjected: map[string]uint64{}, Cells: []Cell{},
		Profiles: map[string]ProfileCount{}, Goals: []GoalCount{}, Verdict: checker.Fail, Provenance: provenance(),
		Reasons: []string{"The process died, and the figures of the run with it: the zeros here are unknown."},
	}
	files, err := filepath.Glob(filepath.Join(opts.Dir, "findings", "*"+evidenceExt))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHost, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.ModTime().Before(began) {
			continue // an earlier run's
		}
		if v, err := loadEvidence(file); err == nil {
			v.Finding.File = file
			r.Findings = append(r.Findings, v.Finding)
		}
	}
	r.Findings = append(r.Findings, *last)
	return r, nil
}
