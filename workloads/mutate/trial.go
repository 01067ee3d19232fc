package mutate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/internal/overlay"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// trial builds and runs the tests.
type trial struct {
	run      *Run
	packages []operators.Package // whose tests run
	scratch  string
}

// baseline returns an error unless the tests pass on the unchanged packages.
func (t *trial) baseline(ctx context.Context) error {
	o := t.try(ctx, Mutation{})
	switch o.Verdict {
	case Survived:
		return nil
	case Killed:
		return fmt.Errorf("%w: %s", ErrBaseline, o.Sentence)
	default:
		return fmt.Errorf("%w: %s", ErrTests, o.Sentence)
	}
}

// try runs the tests with a mutation. A mutation without edits is the unchanged source.
func (t *trial) try(ctx context.Context, m Mutation) Outcome {
	out := Outcome{Mutation: m}
	dir, err := t.scratchFor(m.File)
	if err != nil {
		return out.broken(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // if this fails, it goes with the scratch directory
	overlayFile, err := writeOverlay(&m, dir)
	if err != nil {
		return out.broken(err)
	}
	begin := time.Now() //nolint:forbidigo // tests of other projects are limited by wall time
	for _, p := range t.packages {
		out = t.testPackage(ctx, out, p, overlayFile, filepath.Join(dir, "tests"))
		if out.Verdict != Survived {
			break
		}
	}
	out.Seconds = time.Since(begin).Seconds() //nolint:forbidigo // see above
	return out
}

// testPackage builds and runs the tests of one package.
func (t *trial) testPackage(ctx context.Context, out Outcome, p operators.Package, overlayFile, binary string) Outcome {
	build := exec.CommandContext(ctx, "go", "test", "-vet=off", "-overlay", overlayFile, "-c", "-o", binary, p.ImportPath)
	build.Dir = p.Dir
	if text, err := build.CombinedOutput(); err != nil {
		return out.broken(errors.New(strings.ReplaceAll(tail(text), filepath.Dir(overlayFile)+"/", "")))
	}
	out.Verdict, out.Sentence = Survived, "the tests pass"
	if _, err := os.Stat(binary); errors.Is(err, os.ErrNotExist) {
		return out // the package has no tests
	}
	limited, cancel := context.WithTimeout(ctx, t.run.For)
	defer cancel()
	tests := exec.CommandContext(limited, binary, "-test.run", t.run.Test, "-test.failfast")
	tests.Dir = p.Dir
	tests.WaitDelay = 10 * time.Second // processes that the tests started may keep their output open
	text, err := tests.CombinedOutput()
	switch exit := (*exec.ExitError)(nil); {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // the tests passed
		return out
	case limited.Err() != nil:
		out.Verdict, out.Sentence = Killed, fmt.Sprintf("the tests did not end within %v", t.run.For)
	case errors.As(err, &exit):
		out.Verdict, out.Sentence = Killed, firstFailure(text)
	default:
		return out.broken(err)
	}
	return out
}

// writeOverlay writes the mutated file to dir and returns the path to pass to go test -overlay.
func writeOverlay(m *Mutation, dir string) (string, error) {
	changed := map[string]string{}
	if m.Path() != "" {
		source, err := os.ReadFile(m.Path())
		if err != nil {
			return "", err
		}
		changed[filepath.Base(m.Path())] = string(m.Apply(source))
	}
	return overlay.Write(filepath.Dir(m.Path()), dir, changed)
}

// firstFailure returns the line of a test's output that names the failed test, or else the last lines.
func firstFailure(text []byte) string {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "--- FAIL") || strings.HasPrefix(line, "panic:") {
			return line
		}
	}
	return tail(text)
}

// tail returns the last lines of a program's output, joined to one.
func tail(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}
