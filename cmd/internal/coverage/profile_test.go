package coverage

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAProfileIsReadInTheOrderOfItsFiles(t *testing.T) {
	t.Parallel()
	blocks, err := parse([]byte(`mode: atomic
example.com/m/engine/wal/writer.go:10.2,12.3 2 7
example.com/m/cmd/tool/main.go:1.1,2.2 1 1
example.com/m/engine/open.go:4.2,4.30 1 0
example.com/m/engine/open.go:2.2,3.3 3 18446744073709551615
`), "example.com/m/cmd/tool")
	require.NoError(t, err)
	assert.Equal(t, []block{
		{"engine/open.go", 2, 3, 3, 18446744073709551615},
		{"engine/open.go", 4, 4, 1, 0},
		{"engine/wal/writer.go", 10, 12, 2, 7},
	}, blocks)
	assert.Equal(t, "4", blocks[1].lines())
	assert.Equal(t, "10-12", blocks[2].lines())
	blocks, err = parse([]byte("example.com/engine/a.go:1.1,2.2 1 1\ngithub.com/other/b.go:1.1,2.2 1 0\n"), "")
	require.NoError(t, err)
	assert.Equal(t, []block{{"example.com/engine/a.go", 1, 2, 1, 1}, {"github.com/other/b.go", 1, 2, 1, 0}}, blocks, "nothing in common")
	_, err = parse([]byte("mode: atomic\nengine.go: what is this\n"), "")
	assert.ErrorContains(t, err, "what is this")
	none, err := parse([]byte("mode: atomic\n"), "")
	require.NoError(t, err)
	assert.Empty(t, none)
}

// A test binary has no counters of this kind, and says so.
func TestABinaryWithoutCountersIsRefused(t *testing.T) {
	t.Parallel()
	_, err := NewCollector(t.TempDir(), "main")
	assert.ErrorContains(t, err, "does not count statements")
}
