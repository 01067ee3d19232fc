package disk

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

func TestAnAttributeKeepsItsValue(t *testing.T) {
	for _, value := range []string{"", "=", "v"} {
		e := AttrEdit(7, &trace.Attr{Name: "user.a", Value: []byte(value)})
		require.Equal(t, value, string(Entry{Ino: e.Ino, Target: e.Target}.Value()))
		require.Equal(t, trace.Ino(7), Owner(e.Parent))
	}
	require.Zero(t, AttrEdit(7, &trace.Attr{Name: "user.a", Removed: true}).Ino)
}

// A forged trace may have put a file where attributes belong.
func TestAFileIsNotAnAttribute(t *testing.T) {
	require.Empty(t, Entry{Ino: 7}.Value())
}
