package compress

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
)

func TestCompressedPayloadsRoundTrip(t *testing.T) {
	random := keytest.Bytes(rand.New(rand.NewPCG(1, 1)), 8000)
	text := bytes.Repeat(append([]byte("some text, and "), random[:30]...), 200)
	for name, c := range map[string]struct {
		payload []byte
		c, want Compression
	}{
		"random bytes do not shrink": {random, Zstd, None},
		"random bytes, snappy":       {random, Snappy, None},
		"text, snappy":               {text[:300], Snappy, Snappy},
		"text, zstd":                 {text[:300], Zstd, Zstd},
		"a payload that zstd shrinks too much uses snappy": {make([]byte, 1<<20), Zstd, Snappy},
		"none":    {text, None, None},
		"nothing": {nil, Zstd, None},
	} {
		stored, got := Encode(c.payload, c.c)
		require.Equal(t, c.want, got, name)
		again, _ := Encode(c.payload, c.c)
		require.Equal(t, stored, again, name)
		if got != None {
			payload, err := Decode(stored, got, nil)
			require.NoError(t, err, name)
			require.True(t, bytes.Equal(c.payload, payload), name)
		}
	}
}

func TestDamagedCompressedPayloadsAreRefused(t *testing.T) {
	text := bytes.Repeat([]byte("some text, "), 20)
	for _, c := range []Compression{Snappy, Zstd} {
		stored, got := Encode(text, c)
		require.Equal(t, c, got)
		_, n := binary.Uvarint(stored)
		for name, length := range map[string]uint64{"huge": 1 << 60, "long": 300, "short": 10, "zero": 0} {
			_, err := Decode(append(binary.AppendUvarint(nil, length), stored[n:]...), c, nil)
			require.ErrorIs(t, err, errCompressed, "%v %s", c, name)
		}
		for cut := range stored {
			_, err := Decode(stored[:cut], c, make([]byte, 400))
			require.ErrorIs(t, err, errCompressed, "%v cut at %d", c, cut)
		}
		_, err := Decode(append(bytes.Clone(stored), stored[n:]...), c, nil)
		require.ErrorIs(t, err, errCompressed, "%v twice", c)
	}
}

func TestCompressionNamesRoundTrip(t *testing.T) {
	for _, c := range []Compression{None, Snappy, Zstd} {
		got, err := ParseCompression(c.String())
		require.NoError(t, err)
		require.Equal(t, c, got)
	}
	_, err := ParseCompression("lzma")
	require.Error(t, err)
}
