package soakledger

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns the memory of a soak as a target.
func Target() torture.Target {
	return torture.Target{
		Name: "soak-ledger",
		Promises: torture.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, RecoveryRepeats: true, Linearizable: true,
			ShownSurvives: true, CloseSyncs: true, MakesDir: true, FailedOpenReleases: true,
		},
		ProvenLogGlobs: []string{"ledger.jsonl"},
		Open:           func(env torture.Env) (workloads.Store, error) { return open(env) },
		Packages:       []string{"github.com/lightningdb/lightning-torture/workloads/soak/..."},
		Go: torture.GoExpr{
			Import: "github.com/lightningdb/lightning-torture/workloads/targets/soakledger", Expr: "soakledger.Target()",
		},
	}
}

// spec is the campaign in every store.
var spec = campaign.Spec{Version: 1, Engine: "soak-ledger", Seed: 1}

// cellsALap is the number of cells in a lap.
const cellsALap = 8

// open opens a campaign, and starts one if there is none.
func open(env torture.Env) (*store, error) {
	_, err := campaign.Load(env.FS, env.Dir)
	if errors.Is(err, campaign.ErrNone) {
		err = spec.Save(env.FS, env.Dir)
	}
	if err != nil {
		return nil, translate(err)
	}
	s := &store{env: env}
	s.mu.pairs = map[string][]byte{}
	if s.journal, err = campaign.OpenJournal(env.FS, env.Dir, s.replay); err != nil {
		return nil, translate(err)
	}
	err = agree(&s.journal.Book, s.mu.next)
	if err == nil {
		err = s.journal.Add(&ledger.Event{Start: &ledger.Start{Campaign: spec.Name(), Build: "target"}})
	}
	for lap := 0; err == nil && (lap+1)*cellsALap <= s.mu.next; lap++ {
		if !s.journal.Book.HasLap(lap, ledger.Shard{}) { // the lap is complete but was not recorded; a resuming soak does the same
			err = s.endLap(lap)
		}
	}
	if err != nil {
		return nil, translate(errors.Join(err, s.journal.Close()))
	}
	return s, nil
}

// agree returns an error unless the book has counted exactly the given number of cells, once each and without a gap.
func agree(b *ledger.Book, cells int) error {
	if b.Totals.Cells != cells || b.Totals.Images != cells {
		return fmt.Errorf("%d cells, but the totals are %+v", cells, b.Totals)
	}
	for n := range cells + cellsALap {
		if b.Has(n/cellsALap, n%cellsALap) != (n < cells) {
			return fmt.Errorf("the book of %d cells is wrong about cell %d", cells, n)
		}
	}
	if laps := cells / cellsALap; b.Totals.Laps != laps && b.Totals.Laps != laps-1 {
		return fmt.Errorf("%d cells are %d laps, but the book has %d", cells, laps, b.Totals.Laps)
	}
	return nil
}

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ledger.ErrDamaged), errors.Is(err, ledger.ErrCampaign), errors.Is(err, campaign.ErrSpec):
		return fmt.Errorf("%w: %w", workloads.ErrCorrupt, err)
	case errors.Is(err, ledger.ErrBroken):
		return fmt.Errorf("%w: %w", workloads.ErrRefused, err)
	case errors.Is(err, ledger.ErrTooLong):
		return fmt.Errorf("%w: %w", workloads.ErrTooLarge, err)
	}
	return err
}
