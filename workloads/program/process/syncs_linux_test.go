package process_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// Whatever is started in a room tells of its calls of sync(2) and syncfs(2), and waits for their result.
func TestCallsOfSyncAreWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, r := range map[string]*process.Room{"corner": process.NewCorner(), "room": room(t)} {
		t.Run(name, func(t *testing.T) {
			var calls []string
			err := r.WatchSyncs(func(c process.SyncCall) (bool, error) {
				assert.Positive(t, c.Thread)
				calls = append(calls, c.Path)
				if c.Path == dir {
					return true, syscall.ENOSPC
				}
				return c.Path == "", nil // whoever runs this test need not wait for all their disks
			})
			if err != nil {
				t.Skip(err)
			}
			end, err := process.Command{Args: shell("sync && sync -f " + dir + "; sync -f /proc"), Room: r}.Run(t.Context(), patience)
			require.NoError(t, err)
			assert.Equal(t, []string{"", dir, "/proc"}, calls)
			assert.Equal(t, 0, end.Code, "the last one is carried out by the kernel")
			require.Len(t, end.Stderr, 1)
			assert.Contains(t, end.Stderr[0], "No space left on device")
		})
	}
	end, err := process.Command{Args: shell("sync -f " + dir)}.Run(t.Context(), patience)
	require.NoError(t, err)
	assert.Equal(t, 0, end.Code, "what is started elsewhere is left alone")
}
