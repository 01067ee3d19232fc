package invariant_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
)

func TestCheckPanicsOnlyWhenBroken(t *testing.T) {
	require.NotPanics(t, func() { invariant.Check(true, "holds") })
	require.PanicsWithValue(t, "engine: invariant broken: I9: no hole",
		func() { invariant.Check(false, "I9: no hole") })
}
