package history_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestCutAtKeepsLesserKeys(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"": 0, "a": 0, "b": 1, "bb": 2, "c": 2, "d": 3} {
		var s, less history.State
		for i, k := range []string{"a", "b", "c"} {
			s.Append([]byte(k), []byte("value"))
			if i < want {
				less.Append([]byte(k), []byte("value"))
			}
		}
		s.CutAt([]byte(key))
		require.Equal(t, want, s.Len(), key)
		require.True(t, s.Equal(&less), key)
	}
}
