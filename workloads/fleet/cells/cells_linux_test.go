package cells_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/fleet/cells"
	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// TestMain is also the main function of the children.
func TestMain(m *testing.M) {
	here := apart.Inside()
	if here == nil {
		os.Exit(m.Run())
	}
	here.Begin()
	job, err := lap.Load(here.Dir)
	if err == nil {
		w := &lap.Worker{Job: job, Targets: targets(), Tell: lap.NewTeller(os.Stdout), Running: here.Note}
		w.Canary = func(context.Context, uint64) (canary.Sight, error) { // the real canary has its own tests
			return canary.Sight{Caught: job.Spec.Seed != blindSeed, Reason: "it has no eyes"}, nil
		}
		err = w.Work(context.Background())
	}
	if err = errors.Join(err, here.Done()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	os.Exit(0)
}

// blindSeed is the seed of a campaign whose lab does not catch the canary.
const blindSeed = 404

// targets returns an engine that keeps its promises, and one that exits the process.
func targets() []torture.Target {
	good, exits := soakledger.Target(), soakledger.Target()
	good.Name, exits.Name = "good", "exits"
	open := exits.Open
	exits.Open = func(env torture.Env) (workloads.Store, error) {
		s, err := open(env)
		return &leaving{Store: s}, err
	}
	return []torture.Target{good, exits}
}

type leaving struct {
	workloads.Store
	commits int
}

func (l *leaving) Apply(writes []history.Write, d history.Durability) error {
	if l.commits++; l.commits == 5 {
		os.Exit(3)
	}
	return l.Store.Apply(writes, d)
}

func TestACellRunsInAChild(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		engine  string
		seed    uint64
		outcome ledger.Outcome
	}{
		"an engine that keeps its promises passes":                        {"good", 1, ledger.Passed},
		"an engine that exits the process loses the cell, with a finding": {"exits", 1, ledger.Lost},
		"a blind lab runs no cell":                                        {"good", blindSeed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := cells.New(cells.Options{Targets: targets(), Memory: 256 << 20, Workers: 1})
			require.NoError(t, err)
			defer func() { require.NoError(t, d.Close()) }()
			spec := &campaign.Spec{
				Version: 1, Engine: c.engine, Workloads: []string{"register"}, Faults: []string{"power", "killed"}, Profile: "posix-min", Seed: c.seed, Clients: 1,
				Ops: 6, Keys: 2, Points: 2,
			}
			r, err := d.Do(t.Context(), spec, &wire.Item{Place: wire.Place{Lap: 3, Cell: 1}, Of: 2}, true)
			require.NoError(t, err)
			require.Equal(t, c.seed != blindSeed, r.Canary.Caught)
			require.Equal(t, 3, r.Canary.Lap)
			require.NoError(t, r.Validate(), "the coordinator accepts such a result")
			if c.outcome == "" {
				require.Nil(t, r.Cell)
				return
			}
			require.Equal(t, 3, r.Cell.Lap)
			require.Equal(t, "killed", r.Cell.Fault)
			require.Contains(t, []ledger.Outcome{c.outcome, ledger.Unclear}, r.Cell.Outcome)
			if c.outcome == ledger.Lost {
				require.Equal(t, "exit", r.Cell.Findings[0].Class)
				require.NotEmpty(t, r.Cell.Findings[0].Token)
				require.Len(t, r.Deaths, 1)
			}
		})
	}
}
