package coverage

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/coverprofile"
)

func TestAProfileIsSortedByFileAndLine(t *testing.T) {
	t.Parallel()
	blocks, err := parse([]byte(`mode: atomic
example.com/m/engine/wal/writer.go:10.2,12.3 2 7
example.com/m/cmd/tool/main.go:1.1,2.2 1 1
example.com/m/engine/open.go:4.2,4.30 1 0
example.com/m/engine/open.go:2.2,3.3 3 18446744073709551615
`), "example.com/m/cmd/tool")
	require.NoError(t, err)
	assert.Equal(t, []string{"engine/open.go 2-3", "engine/open.go 4", "engine/wal/writer.go 10-12"}, named(blocks))
	assert.Equal(t, uint64(math.MaxUint64), blocks[0].Count)
	blocks, err = parse([]byte("example.com/engine/a.go:1.1,2.2 1 1\ngithub.com/other/b.go:1.1,2.2 1 0\n"), "")
	require.NoError(t, err)
	assert.Equal(t, []string{"example.com/engine/a.go 1-2", "github.com/other/b.go 1-2"}, named(blocks), "without a common prefix, names are kept")
	_, err = parse([]byte("mode: atomic\nengine.go: what is this\n"), "")
	assert.ErrorContains(t, err, "what is this")
	none, err := parse([]byte("mode: atomic\n"), "")
	require.NoError(t, err)
	assert.Empty(t, none)
}

// An ordinary test binary has no coverage counters.
func TestABinaryWithoutCountersIsRefused(t *testing.T) {
	t.Parallel()
	_, err := NewCollector(t.TempDir(), "main")
	assert.ErrorContains(t, err, "does not count statements")
}

// named names the files and lines of blocks.
func named(blocks []coverprofile.Block) (names []string) {
	for _, b := range blocks {
		names = append(names, b.File+" "+linesOf(&b))
	}
	return names
}
