package exec

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/cmd/soak"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/programs"
)

// Soaks lets the command soak torture programs.
func Soaks() soak.Programs { return &soaked{} }

// soaked has the flags of a soak of a program.
type soaked struct {
	run            runFlags
	images, nested int
}

var _ soak.Programs = (*soaked)(nil)

// soakImages is the default of --images in a soak. It is lower than that of exec, because the next lap cuts power at other moments.
const soakImages = 64

// Register implements soak.Programs.
func (s *soaked) Register(to *pflag.FlagSet) {
	s.run.add(to)
	to.StringVar(&s.run.on, "on", onFuse, "`WAY` to run the program: fuse or, for Go programs, wasm")
	to.IntVar(&s.images, "images", soakImages, "recover at most `N` images per crash point of a program")
	to.IntVar(&s.nested, "nested", 8, "with --observe: at each crash point, recover `N` images of crashes during a recovery")
}

// Program implements soak.Programs.
func (s *soaked) Program(ctx context.Context, given *pflag.FlagSet, args []string, choice soak.Choice) (*campaign.Program, error) {
	p := &campaign.Program{Way: s.run.on, Profiles: profilesOfSoaks(), Faults: choice.Faults, Images: s.images, Nested: s.nested}
	if choice.Profile != "" {
		if _, err := faultfs.ProfileNamed(choice.Profile); err != nil {
			return nil, exit.Usagef("--profile: %w", err)
		}
		p.Profiles = []string{choice.Profile}
	}
	if len(p.Faults) == 0 {
		p.Faults = []string{programs.NoFault}
	}
	for _, fault := range p.Faults {
		if err := programs.CheckFault(fault); err != nil {
			return nil, exit.Usagef("--fault: %w", err)
		}
	}
	spec, err := s.spec(given, args)
	if err != nil {
		return nil, err
	}
	if p.Way == onFuse {
		if err := stage.Possible(ctx); err != nil {
			return nil, exit.Because(ctx, err)
		}
	}
	p.Spec, err = json.Marshal(spec)
	return p, err
}

// profilesOfSoaks returns the profiles of a lap: all but lose-all, whose only disk is one of those of posix-min.
func profilesOfSoaks() []string {
	return slices.DeleteFunc(profileNames(), func(name string) bool { return name == faultfs.LoseAll().Name })
}

// spec returns how to run the program and judge it, in the form that the way expects.
func (s *soaked) spec(given *pflag.FlagSet, args []string) (any, error) {
	if err := s.run.validate(); err != nil {
		return nil, err
	}
	if err := cmdline.OneOf("on", s.run.on, waysOfSoaks); err != nil {
		return nil, err
	}
	if err := s.run.validateWay(given, nil); err != nil {
		return nil, err
	}
	if s.images < 1 || s.images > maxNumber || s.nested < 0 || s.nested > maxNumber {
		return nil, exit.Usagef("--images must be at least 1, --nested at least 0, and both at most %d", maxNumber)
	}
	if err := s.run.server.validate(false); err != nil {
		return nil, err
	}
	if s.run.check == "" && s.run.dump == "" {
		return nil, exit.Usagef("there is no checker; give --check COMMAND or --dump COMMAND")
	}
	if s.run.on == wasm.Name {
		return s.run.wasmSpec(args, nil, false)
	}
	spec, err := s.run.spec(args, nil, s.run.server.spec(), false)
	if err != nil {
		return nil, err
	}
	return spec, allInstalled(&spec)
}

// Subject implements soak.Programs.
func (s *soaked) Subject(p *campaign.Program) (lap.Subject, error) { return programs.New(p) }
