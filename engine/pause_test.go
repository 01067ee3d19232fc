package engine

import (
	"context"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
)

// A caller waiting until compactions are paused, or until running ones have ended, waits no longer than its context.
func TestAContextEndsTheWaitForCompactions(t *testing.T) {
	db, err := Open("db", Options{FS: afero.NewMemMapFs()})
	require.NoError(t, err)
	resume, err := db.pauseCompactions(t.Context())
	require.NoError(t, err)
	for name, call := range map[string]func(context.Context) error{"compact": db.CompactContext, "verify": db.VerifyContext} {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- call(ctx) }()
		stop()
		require.ErrorIs(t, <-ended, context.Canceled, name)
	}
	resume()
	require.NoError(t, db.CompactContext(t.Context()), "compactions are no longer paused")
	require.NoError(t, db.VerifyContext(t.Context()))
	require.NoError(t, db.Close())
}
