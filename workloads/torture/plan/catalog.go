package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
)

// Workloads lists the workloads.
func Workloads() []Choice {
	var all []Choice
	for _, w := range workloads.All() {
		all = append(all, Choice{w.Name, w.Text})
	}
	return all
}

// Faults lists the named faults.
func Faults() []Choice {
	var all []Choice
	for _, f := range faults() {
		all = append(all, f.Choice)
	}
	return all
}

// Profiles lists the crash profiles, the default first.
func Profiles() []Choice {
	var all []Choice
	for _, p := range faultfs.Profiles() {
		all = append(all, Choice{p.Name, p.Text})
	}
	return all
}

// Scenarios lists the named runs.
func Scenarios() []Choice {
	var all []Choice
	for _, s := range scenarios() {
		all = append(all, s.Choice)
	}
	return all
}

// WorkloadNamed returns a workload by name.
func WorkloadNamed(name string) (workloads.Workload, error) {
	w, ok := workloads.ByName(name)
	if !ok {
		return w, fmt.Errorf("%w: unknown workload %q; choose one of %s", ErrConfig, name, names(Workloads()))
	}
	return w, nil
}

// ProfileNamed returns a crash profile by name.
func ProfileNamed(name string) (faultfs.Profile, error) {
	p, err := faultfs.ProfileNamed(name)
	if err != nil {
		return p, fmt.Errorf("%w: unknown profile %q; choose one of %s", ErrConfig, name, names(Profiles()))
	}
	return p, nil
}

// CheckScenario returns an ErrConfig if there is no scenario with that name.
func CheckScenario(name string) error {
	_, err := scenarioNamed(name)
	return err
}

func scenarioNamed(name string) (scenario, error) {
	for _, s := range scenarios() {
		if s.Name == name {
			return s, nil
		}
	}
	return scenario{}, fmt.Errorf("%w: unknown scenario %q; choose one of %s", ErrConfig, name, names(Scenarios()))
}

// IsFault reports whether there is a fault with that name. A rule is not a fault name.
func IsFault(name string) bool {
	return slices.ContainsFunc(faults(), func(f Fault) bool { return f.Name == name })
}

// FaultNamed returns a fault by name, or makes one from a rule in the fault grammar.
func FaultNamed(name string) (Fault, error) {
	for _, f := range faults() {
		if f.Name == name {
			return f, nil
		}
	}
	r, err := faultfs.ParseRule(name)
	if err != nil && !strings.Contains(strings.TrimSpace(name), " ") {
		return Fault{}, fmt.Errorf("%w: unknown fault %q; choose one of %s, or give a rule such as %q",
			ErrConfig, name, names(Faults()), "eio write *.log nth=3")
	}
	if err != nil {
		return Fault{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	f := excuseOf(r)
	f.Choice, f.named = Choice{r.String(), "a rule of the command line"}, r
	f.rules = func(*rand.Rand, part) []string { return []string{r.String()} }
	return f, nil
}
