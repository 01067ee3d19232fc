package key_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

func TestTrailerKeepsBothParts(t *testing.T) {
	for _, seq := range []key.Seq{0, 1, 255, 256, key.MaxSeq - 1, key.MaxSeq} {
		for _, kind := range []key.Kind{key.Delete, key.Set, 255} {
			tr := key.MakeTrailer(seq, kind)
			require.Equal(t, seq, tr.Seq())
			require.Equal(t, kind, tr.Kind())
		}
	}
}

func TestEntriesSortByKeyThenNewestFirst(t *testing.T) {
	sorted := []struct {
		user string
		tr   key.Trailer
	}{
		{"", key.MakeTrailer(key.MaxSeq, key.Set)},
		{"", key.MakeTrailer(0, key.Delete)},
		{"a", key.MakeTrailer(256, key.Delete)},
		{"a", key.MakeTrailer(255, key.Set)},
		{"a", key.MakeTrailer(255, key.Delete)},
		{"a\x00", key.MakeTrailer(1, key.Set)},
		{"ab", key.MakeTrailer(9, key.Set)},
		{"b", key.MakeTrailer(1, key.Set)},
		{"\xff", key.MakeTrailer(1, key.Set)},
	}
	for i, a := range sorted {
		for j, b := range sorted {
			c := key.Compare([]byte(a.user), a.tr, []byte(b.user), b.tr)
			switch {
			case i < j:
				require.Negative(t, c, "%d, %d", i, j)
			case i == j:
				require.Zero(t, c, "%d, %d", i, j)
			default:
				require.Positive(t, c, "%d, %d", i, j)
			}
		}
	}
}
