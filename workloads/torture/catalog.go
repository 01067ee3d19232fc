package torture

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
)

// Choice is a thing that can be named in Options, with one line of explanation.
type Choice struct{ Name, Text string }

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

func names(choices []Choice) string {
	var all []string
	for _, c := range choices {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}

func workloadNamed(name string) (workloads.Workload, error) {
	w, ok := workloads.ByName(name)
	if !ok {
		return w, fmt.Errorf("%w: unknown workload %q; choose one of %s", ErrConfig, name, names(Workloads()))
	}
	return w, nil
}

func profileNamed(name string) (faultfs.Profile, error) {
	p, err := faultfs.ProfileNamed(name)
	if err != nil {
		return p, fmt.Errorf("%w: unknown profile %q; choose one of %s", ErrConfig, name, names(Profiles()))
	}
	return p, nil
}
