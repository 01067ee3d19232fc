package cmdline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
)

func TestQuotedIsOneWord(t *testing.T) {
	require.Equal(t, "plain-1.0", cmdline.Quote("plain-1.0"))
	require.Equal(t, "''", cmdline.Quote(""))
	require.Equal(t, `'a b'`, cmdline.Quote("a b"))
	require.Equal(t, `'it'\''s'`, cmdline.Quote("it's"))
}
