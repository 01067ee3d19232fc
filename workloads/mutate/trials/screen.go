package trials

import (
	"context"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/workloads/internal/overlay"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// Reasons for skipping a mutant. That of a duplicate is followed by the ID of the other mutant.
const (
	skippedNotCompiled = "it does not compile"
	skippedEquivalent  = "it compiles to the same code"
	skippedDuplicate   = "it compiles to the same code as "
)

// screen decides which mutants are judged, in the order of the sample, and calls judge with each until the sample is
// full. It runs on a single goroutine so that the sample depends only on the seed.
func (c *court) screen(ctx context.Context, judge func(Entry) error) error {
	first := map[string]string{} // ID of the first mutant with each digest of code
	accepted := 0
	for _, m := range c.order {
		if c.t.Sample > 0 && accepted == c.t.Sample {
			return nil
		}
		e, known := c.ledger.known(m.ID)
		if !known {
			var err error
			if e, err = c.examine(ctx, m); err != nil {
				return err
			}
			if other := first[e.Object]; e.Skipped == "" && e.Object != "" && other != "" {
				e.Skipped = skippedDuplicate + other
			}
			if e.Skipped != "" {
				if err := c.record(e, accepted); err != nil {
					return err
				}
			}
		}
		if e.Skipped != "" {
			continue
		}
		if e.Object != "" {
			first[e.Object] = e.ID
		}
		e.Mutation = m // entries of the ledger have no edits
		accepted++
		if err := judge(e); err != nil {
			return err
		}
	}
	return nil
}

// examine finds out whether a mutant compiles, and the digest of its code.
func (c *court) examine(ctx context.Context, m operators.Mutation) (Entry, error) {
	p := c.packages[m.Package()]
	e := Entry{Mutation: m, Diff: p.Diff(&m)}
	if err := p.Compiles(&m); err != nil {
		e.Skipped = skippedNotCompiled
		return e, nil
	}
	if _, ok := c.objects[m.Package()]; !ok {
		digest, err := objectOf(ctx, c.t.Dir, m.Package(), "")
		if err != nil {
			return e, err
		}
		c.objects[m.Package()] = digest
	}
	dir, overlayFile, err := c.plant(&m)
	if err != nil {
		return e, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // if this fails, it goes with the scratch directory
	digest, err := objectOf(ctx, c.t.Dir, m.Package(), overlayFile)
	switch {
	case ctx.Err() != nil:
		return e, ctx.Err()
	case err != nil: // the compiler is stricter than go/types
		e.Skipped = skippedNotCompiled
	case digest == "" || !m.Provable():
	case digest == c.objects[m.Package()]:
		e.Skipped = skippedEquivalent
	default:
		e.Object = digest
	}
	return e, nil
}

// plant writes an overlay with the mutation to a new directory, and returns both paths.
func (c *court) plant(m *operators.Mutation) (dir, overlayFile string, err error) {
	if dir, err = os.MkdirTemp(c.scratch.Dir, "mutant-"); err != nil {
		return "", "", err
	}
	changed := map[string]string{filepath.Base(m.Path()): string(c.packages[m.Package()].Apply(m))}
	overlayFile, err = overlay.Write(filepath.Dir(m.Path()), dir, changed)
	return dir, overlayFile, err
}
