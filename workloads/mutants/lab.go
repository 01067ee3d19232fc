package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Grace is how long a run of the lab may exceed its own time limit before it counts as hung. It is longer than the lab
// waits for a hanging engine, because that is a finding.
const Grace = 2 * time.Minute

// controlMin is the shortest run of the lab on the unchanged engine.
const controlMin = 2 * time.Second

// Lab builds the lab with a mutant in it and runs it.
type Lab struct {
	Root    string        // absolute path of the module's root
	Package string        // the lab's main package, relative to Root: "./cmd/lightning-torture"
	For     time.Duration // how long the lab may look for a mutant
	Scratch string        // an existing directory for changed sources, programs and the files of runs
	Grace   time.Duration // 0: the constant Grace

	// Each is how long the lab may look under one fault of the matrix. In the sweep and with a simple profile it may
	// look three times as long. 0: no matrix.
	Each   time.Duration
	Faults []string // columns of the matrix; empty: all

	control string   // path of the lab with the unchanged engine; empty until it is built
	columns []Column // of the matrix; nil until chosen
}

// answer is the part of the lab's JSON result that a verdict depends on.
type answer struct {
	Version        int       `json:"version"`
	Verdict        string    `json:"verdict"`
	ElapsedSeconds float64   `json:"elapsed_seconds"`
	Findings       []finding `json:"findings"`
}

type finding struct {
	Judge    string `json:"judge"`
	Class    string `json:"class"`
	Workload string `json:"workload"`
	Fault    string `json:"fault"`
	Profile  string `json:"profile"`
	Sentence string `json:"sentence"`

	Token       string       `json:"token"`
	Explanation *explanation `json:"explanation"`
	Shrunk      *struct {
		Operations int `json:"operations"`
	} `json:"shrunk"`
}

// Try builds the lab with the mutant in it, runs it until its first finding or for l.For, and returns the outcome. If
// anything goes wrong, the outcome is Broken, with the reason as its sentence.
func (l *Lab) Try(ctx context.Context, m Mutant) Outcome {
	out := Outcome{Mutant: m.Name, MutantClass: m.Class, Bug: m.Bug, Reference: m.Reference}
	binary, err := l.build(ctx, m)
	if err != nil {
		return out.broken(err)
	}
	defer func() { _ = os.Remove(binary) }() // a hundred megabytes; if this fails, it goes with the scratch directory
	dir, err := os.MkdirTemp(l.Scratch, "evidence-")
	if err != nil {
		return out.broken(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a, err := l.runIn(ctx, binary, dir, l.For, m.Flags...)
	if err != nil {
		return out.broken(err)
	}
	out.Seconds = a.ElapsedSeconds
	if len(a.Findings) == 0 {
		out.Verdict, out.Sentence = Survived, "the lab found nothing; its verdict was "+a.Verdict
	} else {
		if err := l.runControl(ctx, m, a.ElapsedSeconds); err != nil {
			return out.broken(err)
		}
		out = out.killed(a.Findings[0])
		if out.Proof, err = l.prove(ctx, binary, dir, &m, &a.Findings[0]); err != nil {
			return out.broken(err)
		}
	}
	if l.Each == 0 {
		return out
	}
	if out.Cells, err = l.cells(ctx, binary, m); err != nil {
		return out.broken(err)
	}
	return out
}

// build compiles the lab with the edits of the mutant. A mutant without edits is the unchanged engine.
func (l *Lab) build(ctx context.Context, m Mutant) (string, error) {
	dir, err := os.MkdirTemp(l.Scratch, m.Name+"-")
	if err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	overlay, err := m.WriteOverlay(l.Root, dir)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "lab")
	// Linking takes half the time without debug information, which nobody needs here.
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-w", "-overlay", overlay, "-o", binary, l.Package)
	cmd.Dir = l.Root
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s: %w: %s", ErrBuild, m.Name, err, tail(text))
	}
	return binary, nil
}

// unchanged returns the path of the lab with the unchanged engine, which it builds on the first call.
func (l *Lab) unchanged(ctx context.Context) (string, error) {
	if l.control == "" {
		binary, err := l.build(ctx, Mutant{Name: "unchanged"})
		if err != nil {
			return "", err
		}
		l.control = binary
	}
	return l.control, nil
}

// run lets the lab look for at most limit, and discards its files.
func (l *Lab) run(ctx context.Context, binary string, limit time.Duration, flags ...string) (answer, error) {
	dir, err := os.MkdirTemp(l.Scratch, "run-")
	if err != nil {
		return answer{}, fmt.Errorf("mutants: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return l.runIn(ctx, binary, dir, limit, flags...)
}

// runIn does what run does, with output directory dir, where saved findings stay.
func (l *Lab) runIn(ctx context.Context, binary, dir string, limit time.Duration, flags ...string) (answer, error) {
	grace := l.Grace
	if grace == 0 {
		grace = Grace
	}
	ctx, cancel := context.WithTimeout(ctx, limit+grace)
	defer cancel()
	args := []string{
		"run", "--format", "json", "--for", limit.String(), "--limit", (limit + grace/2).String(), "--stop-after", "1", "--dir", dir,
	}
	cmd := exec.CommandContext(ctx, binary, slices.Concat(args, flags)...)
	cmd.Dir = l.Root
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return answer{}, fmt.Errorf("%w: it did not end within %v: %w", ErrLab, limit+grace, ctx.Err())
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return answer{}, fmt.Errorf("%w: %w", ErrLab, err)
	}
	return parseAnswer(cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes())
}

// parseAnswer returns the answer of a run. It is an error if exit code, verdict and findings contradict one another.
func parseAnswer(code int, stdout, stderr []byte) (answer, error) {
	var a answer
	if err := json.Unmarshal(stdout, &a); err != nil {
		return a, fmt.Errorf("%w: exit code %d and no JSON result (%w): %s", ErrLab, code, err, tail(stderr))
	}
	failed := len(a.Findings) > 0
	if a.Version != 1 || a.Verdict == "" || failed != (a.Verdict == "fail") || failed != (code == 1) {
		return a, fmt.Errorf("%w: exit code %d, result version %d, verdict %q and %d findings do not fit together",
			ErrLab, code, a.Version, a.Verdict, len(a.Findings))
	}
	return a, nil
}

// runControl runs the same command on the unchanged engine for as long as the kill took. It must find nothing.
func (l *Lab) runControl(ctx context.Context, m Mutant, seconds float64) error {
	limit := max(controlMin, time.Duration(seconds*float64(time.Second)).Round(time.Millisecond))
	return l.mustFindNothing(ctx, limit, m.Flags...)
}

func (l *Lab) mustFindNothing(ctx context.Context, limit time.Duration, flags ...string) error {
	binary, err := l.unchanged(ctx)
	if err != nil {
		return err
	}
	a, err := l.run(ctx, binary, limit, flags...)
	if err != nil {
		return fmt.Errorf("on the unchanged engine: %w", err)
	}
	if len(a.Findings) > 0 {
		return fmt.Errorf("%w: it complains about the unchanged engine too: %s", ErrLab, a.Findings[0].Sentence)
	}
	return nil
}

// tail returns the last lines of a program's output, where errors usually are.
func tail(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}
