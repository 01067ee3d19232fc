package torture

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestUnpromisedFaultsAreLeftOutUnlessRequested(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Promises.Unpromised = []string{"bitrot", "lost-fsync"}
	for _, all := range []Options{{}, {Faults: []string{"all"}}} {
		faults := all.withDefaults(&target).Faults
		require.Len(t, faults, len(Faults())-2)
		require.NotContains(t, faults, "bitrot")
	}
	o := toyOptions("bitrot")
	require.Equal(t, []string{"bitrot"}, o.withDefaults(&target).Faults, "a fault given in the options is tried")
	o.Rounds = 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, target.Promises.Unpromised, r.Unpromised)

	target.Promises.Unpromised = []string{"eio write"}
	_, err = Check(t.Context(), target, o)
	require.ErrorIs(t, err, ErrConfig, "Unpromised takes names of faults, not rules")
}
