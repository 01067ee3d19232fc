package coverprofile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAProfileIsRead(t *testing.T) {
	blocks, err := Parse([]byte("mode: set\na/b/c.go:3.14,5.2 2 1\nmode: count\nc:\\d.go:7.1,7.9 1 0\n"))
	require.NoError(t, err)
	require.Equal(t, []Block{
		{"a/b/c.go", Place{3, 14}, Place{5, 2}, 2, 1},
		{`c:\d.go`, Place{7, 1}, Place{7, 9}, 1, 0},
	}, blocks)
	blocks, err = Parse(nil)
	require.NoError(t, err)
	require.Empty(t, blocks)
}

func TestErrorsNameTheLine(t *testing.T) {
	for _, bad := range []string{"a.go:1.2,3.4 5", "a.go:1.2,3.4 5 -6", "buy milk", "", "a.go:99999999999999999999.2,3.4 5 6"} {
		_, err := Parse([]byte("mode: set\n" + bad + "\n"))
		require.ErrorContains(t, err, "line 2", bad)
	}
}

func TestPlacesAreInOrder(t *testing.T) {
	require.True(t, Place{1, 9}.Before(Place{2, 1}))
	require.True(t, Place{2, 1}.Before(Place{2, 2}))
	require.False(t, Place{2, 2}.Before(Place{2, 2}))
	require.False(t, Place{3, 1}.Before(Place{2, 2}))
}
