package workloads_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
)

func TestTheRangeOfBounds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, to, prefix string
		first, end       string // an end of "-" means none
	}{
		"everything":                                {"", "", "", "", "-"},
		"bounds alone":                              {"b", "d", "", "b", "d"},
		"a prefix alone":                            {"", "", "ab", "ab", "ac"},
		"a prefix within wide bounds":               {"a", "z", "k", "k", "l"},
		"a prefix that begins before":               {"kb", "", "k", "kb", "l"},
		"a prefix that ends behind":                 {"", "kb", "k", "k", "kb"},
		"a prefix without a successor":              {"", "", "\xff\xff", "\xff\xff", "-"},
		"a prefix whose last byte has no successor": {"", "", "a\xff", "a\xff", "b"},
		"a prefix outside the bounds":               {"x", "", "k", "l", "l"},
		"bounds in the wrong order":                 {"d", "b", "", "b", "b"},
	} {
		first, end := workloads.Bounds{From: []byte(test.from), To: []byte(test.to), Prefix: []byte(test.prefix)}.Range()
		require.Equal(t, test.first, string(first), name)
		if test.end == "-" {
			require.Nil(t, end, name)
			continue
		}
		require.Equal(t, test.end, string(end), name)
	}
}
