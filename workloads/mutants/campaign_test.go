package mutants

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fixture is a campaign on a small module whose lab has the command line of the real one. Only tests in this package
// can set another lab.
func fixture(t *testing.T) Campaign {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("testdata", "module"))
	require.NoError(t, err)
	return Campaign{Root: root, For: time.Second, lab: "./cmd/lightning-torture", mutants: "mutants"}
}

func TestACampaignReportsProgressAndCounts(t *testing.T) {
	c := fixture(t)
	c.Sample = Sample{Size: 2}
	var reported []string
	c.Progress = func(at, of int, m Mutant, o *Outcome) {
		require.Equal(t, 2, of)
		if o != nil {
			reported = append(reported, m.Name+" "+o.Verdict.String())
		}
		require.Len(t, reported, at-1+boolean(o != nil))
	}
	r, err := c.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"01-last-number-wins killed", "06-false-alarm broken"}, reported)
	require.Equal(t, 2, r.Mutants)
	require.Equal(t, 1, r.Killed)
	require.Empty(t, r.Columns)
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestTheMatrixHasAColumnForEachFaultAndSimpleProfile(t *testing.T) {
	c := fixture(t)
	c.Only, c.Matrix, c.Each = "last-number-wins", true, time.Second
	r, err := c.Run(t.Context())
	require.NoError(t, err)
	var names []string
	for _, column := range r.Columns {
		names = append(names, column.Name)
	}
	require.Equal(t, []string{"adding", "idle", "sweep", "lose-all", "late-removals"}, names)
	shows := map[string]bool{}
	for _, cell := range r.Outcomes[0].Cells {
		shows[cell.Column] = cell.Killed
	}
	require.Equal(t, map[string]bool{"adding": true, "idle": false, "sweep": true, "lose-all": false, "late-removals": true}, shows)
	require.Equal(t, map[string][]string{"lose-all": {"01-last-number-wins"}, "late-removals": {}}, r.Missed)
}

func TestACampaignThatIsInterruptedReportsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := fixture(t)
	c.Progress = func(_, _ int, _ Mutant, o *Outcome) {
		if o != nil {
			cancel()
		}
	}
	r, err := c.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, r.Mutants, "the interrupted mutant has no outcome")
}

func TestACampaignMayBeAboutOneClass(t *testing.T) {
	c := fixture(t)
	all, err := c.choose()
	require.NoError(t, err)
	c.Class = all[0].Class
	chosen, err := c.choose()
	require.NoError(t, err)
	require.NotEmpty(t, chosen)
	require.Less(t, len(chosen), len(all))
	for _, m := range chosen {
		require.Equal(t, c.Class, m.Class)
	}
	c.Class = "no such class"
	_, err = c.choose()
	require.ErrorIs(t, err, ErrUnknown)
}

func TestFlagsReplaceThoseOfTheMutants(t *testing.T) {
	c := fixture(t)
	c.Flags = []string{"--scenario", "small"}
	chosen, err := c.choose()
	require.NoError(t, err)
	for _, m := range chosen {
		require.Equal(t, c.Flags, m.Flags)
	}
}
