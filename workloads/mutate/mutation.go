package mutate

import (
	"context"

	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// Kind is the kind of a mutation.
type Kind = operators.Kind

// The kinds that endanger durability or mutual exclusion. Package operators has more.
const (
	DropSync   = operators.DropSync
	SwapSteps  = operators.SwapSteps
	DropCheck  = operators.DropCheck
	WeakenLock = operators.WeakenLock
	DropLock   = operators.DropLock
)

// Kinds returns the kinds that a Run uses by default.
func Kinds() []Kind { return operators.Durability() }

// Mutation is one change of one file.
type Mutation = operators.Mutation

// find returns the mutations of some kinds in the packages that match a pattern of the go command, with dir as the working
// directory. File names are relative to dir.
func find(ctx context.Context, dir, pattern string, kinds []Kind) ([]Mutation, error) {
	packages, err := operators.Load(ctx, dir, operators.TypesFor(kinds), pattern)
	if err != nil {
		return nil, err
	}
	var all []Mutation
	for _, p := range packages {
		all = append(all, p.Find(kinds)...)
	}
	return all, nil
}
