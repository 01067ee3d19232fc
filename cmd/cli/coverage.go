package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"

	"github.com/lightningdb/lightning-torture/cmd/internal/coverage"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// coverageDir is the environment variable that tells a binary built for coverage where to write the counters.
const coverageDir = "LIGHTNING_TORTURE_COVERAGE"

// runCovered rebuilds this binary so that it counts the statements of the engine, and executes the run command in it.
func runCovered(ctx context.Context, t *tool, target torture.Target) (err error) {
	build, ok := debug.ReadBuildInfo()
	switch {
	case len(target.Packages) == 0:
		return exit.Usagef("--coverage: target %s does not name the packages of its engine (torture.Target.Packages)", target.Name)
	case !ok || build.Path == "" || build.Path == "command-line-arguments":
		return exit.Usagef("--coverage: this binary does not know its main package; build it as a package, not from single files")
	}
	scratch, err := hostdisk.NewScratch("", "coverage")
	if err != nil {
		return fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	binary := filepath.Join(scratch.Dir, filepath.Base(build.Path))
	if err := coverage.Build(ctx, build.Path, binary, target.Packages); err != nil {
		return exit.Because(ctx, fmt.Errorf("%w: %w", torture.ErrHost, err))
	}
	cmd := exec.CommandContext(ctx, binary, t.args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, t.stdout, t.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(passOn(ctx)) }
	// The Go runtime of such a binary also writes its counters when the process ends; these are not read.
	cmd.Env = append(os.Environ(), coverageDir+"="+scratch.Dir, "GOCOVERDIR="+scratch.Dir)
	var ended *exec.ExitError
	if err := cmd.Run(); errors.As(err, &ended) && ended.ExitCode() > 0 {
		return exit.Code(ended.ExitCode())
	} else if err != nil {
		return exit.Because(ctx, fmt.Errorf("%w: %w", torture.ErrHost, err))
	}
	return nil
}

// covered collects the counters of a run. A nil one does nothing.
type covered struct{ *coverage.Collector }

// collect prepares a run whose statements are counted. It returns nil if they are not.
func (f *runFlags) collect(t *tool, opts *torture.Options) (*covered, error) {
	dir := t.getenv(coverageDir)
	if !f.coverage || dir == "" {
		return nil, nil
	}
	mainPackage := ""
	if build, ok := debug.ReadBuildInfo(); ok {
		mainPackage = build.Path
	}
	c, err := coverage.NewCollector(dir, mainPackage)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", torture.ErrHost, err)
	}
	note := opts.Running
	opts.Running = func(slot int, token string) {
		c.Running(slot, token)
		if note != nil {
			note(slot, token)
		}
	}
	return &covered{c}, nil
}

// fill adds the coverage to a result.
func (c *covered) fill(ctx context.Context, r *torture.Result, dir string) (err error) {
	if c == nil {
		return nil
	}
	if err = c.Close(); err == nil {
		r.Coverage, err = coverage.Summarize(context.WithoutCancel(ctx), c.Collector, dir)
	}
	if err != nil {
		return fmt.Errorf("%w: coverage: %w", torture.ErrHost, err)
	}
	return nil
}
