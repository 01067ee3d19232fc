package disk

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Images of different crash points are used by different goroutines and share pages.
func TestAForkedContentChangesOnlyItsOwnPages(t *testing.T) {
	base := &Content{}
	base.WriteAt([]byte("base"), 0)
	shared := base.pages[0]
	fork := base.Fork()
	fork.WriteAt([]byte("F"), 0)
	own := fork.pages[0]
	fork.WriteAt([]byte("G"), 0)
	copiedOnce, untouched := own == fork.pages[0], shared.owner == base // require.Same would print whole pages
	require.True(t, copiedOnce)
	require.True(t, untouched, "the page of the other content is unchanged")
	require.Equal(t, "base", string(shared.b[:4]))
	require.Equal(t, "Gase", string(own.b[:4]))
}
