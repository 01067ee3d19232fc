package cluster

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
)

func TestAGroupKeepsItsPromises(t *testing.T) {
	for seed := range uint64(3) {
		out, err := Run(t.Context(), Spec{Seed: seed})
		require.NoError(t, err)
		t.Log(fmt.Sprintf("%+v", out.Figures))
		assert.Empty(t, out.Violations)
		for _, r := range Judge(t.Context(), out.History) {
			assert.Equal(t, checker.Pass, r.Verdict, "%+v", r)
		}
	}
}
