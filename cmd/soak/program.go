package soak

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
)

const programText = `

A program is tortured instead of an engine if it is given after --, with the flags of exec that say how it is run and judged; see exec
--help. The cells of a lap are the profiles of the disk times the faults (-f: power by default; eio, enospc, failed-fsync and short-write
fail a call that the seed picks; or rules such as "eio write nth=3"). Each cell runs the program with a different TORTURE_SEED in its
environment, for work that differs from cell to cell, and cuts power at --points moments. At each start, the findings are looked for by
running the program as it is then. Resume such a soak in the directory in which it began, because PROGRAM and COMMANDs may be relative
to it.`

const programExample = `
  lightning-torture soak --for 8h --dir night --check './check.sh {dir} {acks}' -- ./program --data {dir}
  lightning-torture soak --for 8h --dir night --on wasm -f power,eio --check './store check {dir} {acks}' -- ./store work {dir}`

// programPoints is the default of --points for a program. Its runs and recoveries are slow, and each lap cuts power at other moments.
const programPoints = 20

// notForPrograms are the flags that mean nothing for a program.
var notForPrograms = []string{"engine", "workload", "clients", "ops", "keys", "limits", "life", "verbose"}

// registerProgram adds the flags for programs.
func (f *flags) registerProgram(to *pflag.FlagSet, p Programs) {
	p.Register(to)
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	p.Register(own)
	own.VisitAll(func(flag *pflag.Flag) { f.ofPrograms = append(f.ofPrograms, flag.Name) })
}

// validateProgram reports flags for programs without one, and flags for engines with one.
func (f *flags) validateProgram(given *pflag.FlagSet) error {
	if f.resume != "" {
		if len(f.program) > 0 {
			return exit.Usagef("--resume goes on with what %s records; leave out %s", f.resume, strings.Join(f.program, " "))
		}
		return nil
	}
	mistaken, remedy := f.ofPrograms, "means nothing without a program; give it after --"
	if len(f.program) > 0 {
		mistaken, remedy = notForPrograms, "means nothing for a program; leave it out"
	}
	if i := slices.IndexFunc(mistaken, given.Changed); i >= 0 {
		return exit.Usagef("--%s %s", mistaken[i], remedy)
	}
	return nil
}

// campaign returns the spec of what the flags say to torture.
func (f *flags) campaign(ctx context.Context, w World, given *pflag.FlagSet) (*campaign.Spec, error) {
	spec := f.spec.Spec()
	if len(f.program) == 0 {
		spec.LifeBytes = int64(f.life)
		return spec, nil
	}
	p, err := w.Programs.Program(ctx, given, f.program, Choice{Profile: spec.Profile, Faults: spec.Faults})
	if err != nil {
		return nil, err
	}
	points := programPoints
	if given.Changed("points") {
		points = spec.Points
	}
	return &campaign.Spec{
		Version: spec.Version, Engine: strings.Join(f.program, " "), Device: spec.Device, Seed: spec.Seed, Points: points, Program: p,
	}, nil
}
