package seal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

func TestATextIsRead(t *testing.T) {
	t.Parallel()
	for n := 1; n < 40; n++ {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(17 * (i + n))
		}
		text := seal.Text(b)
		for _, written := range []string{text, strings.ToLower(text), text[:2] + "-" + text[2:], strings.NewReplacer("0", "o", "1", "l").Replace(text)} {
			got, err := seal.Open(written)
			require.NoError(t, err, written)
			assert.Equal(t, b, got)
		}
	}
}

func TestADamagedTextIsRefused(t *testing.T) {
	t.Parallel()
	text := seal.Text([]byte("some bytes"))
	for _, bad := range []string{"", "0", text[:3], text[1:], text + "00", "U" + text[1:], strings.Replace(text, text[4:5], "ZZ"[:1], 1)} {
		if bad == text {
			continue
		}
		_, err := seal.Open(bad)
		require.Error(t, err, bad)
	}
}
