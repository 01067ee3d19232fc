package programs

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// NoFault is the fault of a cell in which the disk only loses power.
const NoFault = "power"

// named has the faults that have a name: one call of one of these kinds fails. The names are those of the faults of engines.
var named = map[string]struct {
	effect string
	calls  []faultfs.OpKind
}{
	"eio":          {"eio", []faultfs.OpKind{faultfs.OpWrite, faultfs.OpSync, faultfs.OpCreate, faultfs.OpRename, faultfs.OpExchange, faultfs.OpRemove}},
	"failed-fsync": {"failed", []faultfs.OpKind{faultfs.OpSync}},
	"enospc":       {"enospc", []faultfs.OpKind{faultfs.OpWrite}},
	"short-write":  {"short", []faultfs.OpKind{faultfs.OpWrite}},
}

// CheckFault returns an error unless a fault is NoFault, has a name, or is a rule.
func CheckFault(fault string) error {
	if _, known := named[fault]; known || fault == NoFault {
		return nil
	}
	if strings.Contains(fault, " ") {
		_, err := faultfs.ParseRule(fault)
		return err
	}
	return fmt.Errorf("unknown fault %q; the faults of a program are %s, %s, and rules such as \"eio write nth=3\"", fault, NoFault,
		strings.Join(slices.Sorted(maps.Keys(named)), ", "))
}

// rules returns the rules of a fault. For one that has a name, the seed draws a call among those that the program makes, so the program
// runs once without the fault first.
func (s *Subject) rules(ctx context.Context, fault string, c *course) ([]string, error) {
	kind, is := named[fault]
	switch {
	case fault == NoFault:
		return nil, nil
	case !is:
		return []string{fault}, nil
	}
	rec, err := s.way.record(ctx, c)
	if err != nil {
		return nil, err
	}
	return draw(rec, kind.effect, kind.calls, c.seed), nil
}

// draw draws a call of one of the given kinds and returns the rule that hits it. If the program makes none, the rule will miss.
func draw(rec *program.Recording, effect string, kinds []faultfs.OpKind, seed uint64) []string {
	made := map[faultfs.OpKind]int{}
	for i := range rec.Trace {
		if op := &rec.Trace[i]; op.Tick > rec.Settled {
			made[op.Kind]++
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	possible := slices.DeleteFunc(slices.Clone(kinds), func(k faultfs.OpKind) bool { return made[k] == 0 })
	if len(possible) == 0 {
		possible = kinds
	}
	kind := possible[rng.IntN(len(possible))]
	return []string{fmt.Sprintf("%s %s nth=%d", effect, kind, 1+rng.IntN(max(1, made[kind])))}
}
