package replay

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplayDoesNotWaitForAFileOnceTheContextIsDone(t *testing.T) {
	t.Parallel()
	got, err := within(t.Context(), func() (int, error) { return 7, nil })
	require.NoError(t, err)
	assert.Equal(t, 7, got)
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	defer close(never)
	_, err = within(ctx, func() (int, error) {
		cancel()
		<-never
		return 7, nil
	})
	require.ErrorIs(t, err, context.Canceled)
}
