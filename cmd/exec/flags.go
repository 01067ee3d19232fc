package exec

import (
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// flags are the flags of exec.
type flags struct {
	runFlags
	audit                     bool
	limit                     time.Duration
	profile, device           string
	faults                    []string
	workers, images           int
	points, findings, nested  int
	dir, format, record, from string
	html                      string
	steps                     int
	seeds                     cmdline.Seeds
}

var (
	formats = []string{"text", "json"}
	ways    = append(waysOfSoaks, kernel.Filesystems()...)
)

func (f *flags) add(to *pflag.FlagSet) {
	to.SortFlags = false
	to.SetInterspersed(false) // flags after the program are for the program
	f.runFlags.add(to)
	to.StringVar(&f.on, "on", onFuse, "`WAY` to run the program: fuse; for Go programs, wasm; or on a filesystem of this kernel, as root: ext4, xfs, btrfs")
	to.IntVar(&f.steps, "steps", 0, "run `N` steps, passed as {steps} to the program or to --work; findings are shown in the shortest run that has them")
	f.seeds.Add(to)
	to.StringVar(&f.profile, "profile", "posix-min", "`PROFILE` of the filesystem, see list profiles")
	to.StringVar(&f.device, "device", "", "`DIALS` of the disk, such as \"sector=4096\"")
	to.StringArrayVar(&f.faults, "fault", nil, "`RULE` of a fault while the program is recorded, such as \"eio write nth=3\"; on a filesystem of the kernel, of its disk (may be repeated)")
	to.IntVar(&f.workers, "workers", runtime.NumCPU(), "`N` recoveries at once")
	to.IntVar(&f.images, "images", 0, "recover at most `N` images per crash point (default 256)")
	to.IntVar(&f.points, "points", 0, "cut power at `N` points, spread over the run (default everywhere)")
	to.IntVar(&f.nested, "nested", 8, "with --observe, or on a filesystem of the kernel: at each crash point, recover `N` images of crashes during a recovery")
	to.IntVar(&f.findings, "findings", 0, "explain `N` findings (default 8)")
	to.DurationVar(&f.limit, "for", 0, "stop after this time, without a verdict unless something was found; explaining findings takes at most half as long again, or 10s")
	to.BoolVar(&f.audit, "audit", false, "only list what is not durable when the program acknowledges: hints, not findings")
	to.StringVar(&f.record, "record", "", "save the recording to `FILE`; without --check, do nothing else")
	to.StringVar(&f.from, "from", "", "search the recording in `FILE` instead of a new one; needs no FUSE")
	to.StringVar(&f.dir, "dir", ".torture", "`DIR` for findings")
	to.StringVar(&f.html, "html", "", "`PATH` of the HTML report (default report.html in the directory for findings)")
	to.StringVar(&f.format, "format", "text", "`FORM` of the result: text, json")
}

// Limits of the flags that are numbers.
const (
	maxWorkers = 1024
	maxNumber  = 1 << 30
)

// validate reports the first mistake.
func (f *flags) validate(args []string) error {
	if err := cmdline.OneOf("format", f.format, formats); err != nil {
		return err
	}
	if _, err := faultfs.ProfileNamed(f.profile); err != nil {
		return exit.Usagef("--profile: %w", err)
	}
	if _, err := faultfs.ParseDevice(f.device); err != nil {
		return exit.Usagef("--device: %w", err)
	}
	for _, rule := range f.faults {
		if _, err := faultfs.ParseRule(rule); err != nil {
			return exit.Usagef("--fault: %w", err)
		}
	}
	if f.workers < 1 || f.workers > maxWorkers {
		return exit.Usagef("--workers is %d; give a number from 1 to %d", f.workers, maxWorkers)
	}
	if slices.ContainsFunc([]int{f.images, f.points, f.findings, f.nested}, func(n int) bool { return n < 0 || n > maxNumber }) {
		return exit.Usagef("--images, --points, --findings and --nested are numbers from 0 to %d", maxNumber)
	}
	if err := f.runFlags.validate(); err != nil {
		return err
	}
	switch {
	case f.from == "" && len(args) == 0:
		return exit.Usagef("there is no program; give it after --, as in: exec --check 'CHECKER {dir}' -- PROGRAM {dir}")
	case f.from != "" && len(args) > 0:
		return exit.Usagef("--from searches a recording, so there is nothing to run; leave out %s", args[0])
	case f.check == "" && f.dump == "" && f.record == "" && !f.audit:
		return exit.Usagef("there is no checker; give --check COMMAND or --dump COMMAND (--record FILE and --audit need neither)")
	case f.html != "" && f.tapeOnly():
		return exit.Usagef("--html is the report of a search, but nothing is searched; give --check or --dump, and leave out --audit")
	case f.from != "" && f.again:
		return exit.Usagef("--from searches a recording, and --again runs the program; leave one of them out")
	case f.from != "" && f.stacks:
		return exit.Usagef("--from searches a recording, which has stacks if it was made with --stacks; leave out --stacks")
	case f.from != "" && f.setup != "":
		return exit.Usagef("--from searches a recording, which can no longer be prepared; leave out --setup")
	}
	return errors.Join(f.validateSteps(args), f.server.validate(f.from != ""))
}

// validateOn reports flags that have no meaning for the way in which the program runs.
func (f *flags) validateOn(given *pflag.FlagSet) error {
	if err := cmdline.OneOf("on", f.on, ways); err != nil {
		return err
	}
	if kernel.Known(f.on) {
		return refuse(given, []string{"seeds", "sweep", "env", "calls", "observe", "stacks", "profile", "device", "audit"}, f.on, "")
	}
	return f.validateWay(given, []string{"seed", "seeds", "sweep"})
}

// spec returns how to run the program and judge it; server is nil if the program is not one.
func (f *flags) spec(args []string, server *native.Server) (native.Spec, error) {
	return f.runFlags.spec(args, f.faults, server, f.tapeOnly())
}

// limits returns how much a search tries.
func (f *flags) limits() program.Limits {
	return program.Limits{Workers: f.workers, Images: f.images, Points: f.points, Nested: f.nested, Findings: f.findings, For: f.limit}
}

// tapeOnly reports whether the program is only recorded.
func (f *flags) tapeOnly() bool { return f.audit || f.check == "" && f.dump == "" }
