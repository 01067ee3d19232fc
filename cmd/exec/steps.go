package exec

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
)

// found is the result of a search, and how to make the files of its findings.
type found struct {
	*program.Result
	fileOf func(*program.Finding) (*lrec.File, error)
}

// search records a program that does a number of steps, and searches until the first failure or, with all, to the end.
type search func(ctx context.Context, steps int, all bool) (*found, error)

// stepsPatience is the total time for searches with fewer steps. If the first search took longer, they may take as long
// as that.
const stepsPatience = 2 * time.Minute

// fewest repeats the search with fewer steps of the program, and returns the findings of the shortest run that has all of them. The
// figures are those of the first search.
func (f *flags) fewest(ctx context.Context, first *found, took time.Duration, again search) *found {
	if f.steps == 0 || len(first.Findings) == 0 {
		return first
	}
	best, s := first, &program.Steps{Given: f.steps, Least: true}
	began := time.Now()
	s.Fewest = program.FewestSteps(f.steps, func(n int) bool {
		if time.Since(began) > max(took, stepsPatience) || ctx.Err() != nil {
			s.Least = false
			return false
		}
		s.Tries++
		with, err := again(ctx, n, len(first.Findings) > 1)
		if err != nil || !with.hasAll(first.Findings) {
			return false // a program that cannot run with so few steps needs more
		}
		best = with
		return true
	})
	result := *first.Result
	result.Findings = slices.Clone(best.Findings)
	for i := range result.Findings {
		result.Findings[i].Steps = s
	}
	return &found{&result, best.fileOf}
}

// hasAll reports whether a search has found everything that another one had.
func (r *found) hasAll(findings []program.Finding) bool {
	return r.Result != nil && !slices.ContainsFunc(findings, func(f program.Finding) bool {
		return !slices.ContainsFunc(r.Findings, func(g program.Finding) bool { return f.ID == g.ID })
	})
}

// inSteps returns the flags and the arguments of the program with the number of steps filled in. If steps is 0, the
// program has no such argument.
func (f *flags) inSteps(steps int, args []string) (*flags, []string) {
	if steps == 0 {
		return f, args
	}
	fill := func(text string) string { return strings.ReplaceAll(text, program.StepsWord, strconv.Itoa(steps)) }
	filled := *f
	for _, command := range []*string{&filled.check, &filled.setup, &filled.server.work} {
		*command = fill(*command)
	}
	args = slices.Clone(args)
	for i := range args {
		args[i] = fill(args[i])
	}
	return &filled, args
}

// validateSteps reports --steps without a {steps} in the commands, and the reverse.
func (f *flags) validateSteps(args []string) error {
	asked := strings.Contains(strings.Join(append(args, f.server.work), " "), program.StepsWord)
	switch {
	case f.steps > 0 && f.from != "":
		return exit.Usagef("--from searches a recording, which can no longer be shortened; leave out --steps")
	case f.steps < 0 || f.steps > maxNumber:
		return exit.Usagef("--steps is a number from 1 to %d", maxNumber)
	case asked && f.steps == 0:
		return exit.Usagef("{steps} stands for the number of steps; say with --steps N how many at most")
	case !asked && f.steps > 0:
		return exit.Usagef("--steps repeats the run with fewer steps after a finding; pass {steps} as an argument of the program or of --work")
	}
	return nil
}
