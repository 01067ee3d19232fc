package canary

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePlantedBugIsFoundWhateverTheSeed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		s, err := Try(t.Context(), seed+1)
		require.NoError(t, err)
		require.True(t, s.Caught, "seed %d: %s", seed, s.Reason)
	}
}

// Without the planted bug nothing is found, so what Try finds is that bug and no other.
func TestTheStoreIsCorrectExceptForThePlantedBug(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		s, err := try(t.Context(), target(true), seed+1)
		require.NoError(t, err)
		require.False(t, s.Caught)
		require.Positive(t, s.Images)
		require.Contains(t, s.Reason, "was not found to lose commits")
	}
}
