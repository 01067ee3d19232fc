package seal_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

func TestValuesAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	var w seal.Writer
	w.Uint16(0xfffe)
	w.Number(0, 127, 128, math.MaxUint64)
	w.Size(3, math.MaxInt32+1)
	w.Signed(math.MinInt64)
	w.Text("a text")
	body, err := seal.Open(w.Seal())
	require.NoError(t, err)
	r := seal.NewReader(body)
	assert.Equal(t, uint16(0xfffe), r.Uint16())
	for _, want := range []uint64{0, 127, 128, math.MaxUint64} {
		assert.Equal(t, want, r.Number())
	}
	assert.Equal(t, 3, r.Size())
	assert.Equal(t, math.MaxInt32, r.Size(), "beyond every limit")
	assert.Equal(t, int64(math.MinInt64), r.Signed())
	assert.Equal(t, "a text", r.Text(r.Number()))
	assert.Zero(t, r.Left())
	assert.False(t, r.Short())
}

func TestMissingValuesAreZeroAndAreReported(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*seal.Reader) any{
		"two bytes":       func(r *seal.Reader) any { return r.Uint16() },
		"a number":        func(r *seal.Reader) any { return r.Number() },
		"a size":          func(r *seal.Reader) any { return r.Size() },
		"a signed number": func(r *seal.Reader) any { return r.Signed() },
		"a text":          func(r *seal.Reader) any { return r.Text(math.MaxUint64) },
	} {
		r := seal.NewReader([]byte{0x80}) // a number that is cut off
		assert.Zero(t, read(&r), name)
		assert.True(t, r.Short(), name)
		assert.Zero(t, r.Left(), name)
	}
}
