package lastoutput

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheEndIsKept(t *testing.T) {
	for _, c := range []struct {
		max    int
		pieces []string
		want   string
	}{
		{4, nil, ""},
		{4, []string{"abc"}, "abc"},
		{4, []string{"abc", "def"}, "cdef"},
		{4, []string{"0123456789"}, "6789"},
		{4, []string{"01234567", "8", "9"}, "6789"},
		{0, []string{strings.Repeat("x", 50<<10), "end"}, strings.Repeat("x", 16<<10-3) + "end"},
	} {
		b := &Buffer{Max: c.max}
		for _, p := range c.pieces {
			n, err := b.Write([]byte(p))
			require.NoError(t, err)
			require.Equal(t, len(p), n)
			require.LessOrEqual(t, len(b.text), 2*b.max())
		}
		require.Equal(t, c.want, b.String())
	}
}
