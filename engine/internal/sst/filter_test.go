package sst

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFilterAdmitsItsKeysAndFewOthers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	families := map[string]func(i int) []byte{
		"decimal": func(i int) []byte { return fmt.Appendf(nil, "user%012d", i) },
		"counter": func(i int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(i)) },
		"short":   func(i int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(i))[:3] },
		"zeros":   func(i int) []byte { return make([]byte, i) },
		"random":  func(int) []byte { return binary.LittleEndian.AppendUint64(nil, rng.Uint64()) },
	}
	for name, family := range families {
		n := 20_000
		if name == "zeros" {
			n = 1000
		}
		hashes := make([]uint64, n)
		for i := range hashes {
			hashes[i] = hashKey(family(i))
		}
		f := filter(appendFilter(nil, hashes, 10))
		require.True(t, f.valid())
		require.Len(t, f, filterBytes(n, 10))
		for _, h := range hashes {
			require.True(t, f.mayHold(h), name)
		}
		positives := 0
		for i := range n {
			if f.mayHold(hashKey(family(n + i))) {
				positives++
			}
		}
		require.Less(t, float64(positives)/float64(n), 0.02, name)
	}
}

func TestHashesArePartOfTheFormat(t *testing.T) {
	for user, want := range map[string]uint64{
		"":                 0x69b28382e68abc08,
		"a":                0x78450949e9a0dd81,
		"12345678":         0xdd08152700b59e89,
		"user000000000042": 0x583831d976e8b554,
	} {
		require.Equal(t, fmt.Sprintf("%#x", want), fmt.Sprintf("%#x", hashKey([]byte(user))), "%q", user)
	}
}
