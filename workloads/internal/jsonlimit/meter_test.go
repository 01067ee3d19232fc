package jsonlimit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var wide = Limits{Bytes: 1 << 20, Elements: 1 << 20, Values: 1 << 20, Depth: 64}

func TestEachLimitIsNoticed(t *testing.T) {
	for text, limits := range map[string]Limits{
		`"1234567"`:          {Bytes: 8, Elements: 9, Values: 9, Depth: 9},
		`[1,2,3]`:            {Bytes: 99, Elements: 2, Values: 9, Depth: 9},
		`{"a":1,"b":[1,2]}`:  {Bytes: 99, Elements: 9, Values: 3, Depth: 9},
		`[{"a":[{}]}]`:       {Bytes: 99, Elements: 9, Values: 9, Depth: 3},
		`["\\",1,2]`:         {Bytes: 99, Elements: 2, Values: 9, Depth: 9},
		`["a\",[]\"",{}, 1]`: {Bytes: 99, Elements: 2, Values: 9, Depth: 9},
	} {
		_, err := NewMeter(limits).Write([]byte(text))
		require.ErrorIs(t, err, ErrLimit, text)
		_, err = NewMeter(wide).Write([]byte(text))
		require.NoError(t, err, text)
	}
}

func TestContentsOfStringsAreNotCounted(t *testing.T) {
	text, err := json.Marshal(map[string]string{strings.Repeat("[{,", 100): `\"[[[,,,` + strings.Repeat(`\`, 9)})
	require.NoError(t, err)
	for part := 1; part < len(text); part++ {
		m := NewMeter(Limits{Bytes: int64(len(text)), Elements: 0, Values: 1, Depth: 1})
		for rest := text; len(rest) > 0; rest = rest[min(part, len(rest)):] {
			_, err := m.Write(rest[:min(part, len(rest))])
			require.NoError(t, err, "in parts of %d bytes", part)
		}
		require.Equal(t, int64(len(text)), m.Bytes())
	}
}

// FuzzMeter compares the number of elements that the meter counts with the number that the decoder produces.
func FuzzMeter(f *testing.F) {
	f.Add(`[1,[2,"a,b\\\"["],{"a":[null]}]`, 3)
	f.Add(`{"a":{"b":[{},{}]}}`, 1)
	f.Fuzz(func(t *testing.T, text string, part int) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil || part < 1 {
			return
		}
		m := NewMeter(Limits{Bytes: 1 << 30, Elements: 1 << 30, Values: 1 << 30, Depth: 1 << 30})
		for rest := text; len(rest) > 0; rest = rest[min(part, len(rest)):] {
			_, err := m.Write([]byte(rest[:min(part, len(rest))]))
			require.NoError(t, err)
		}
		if m.used.Depth > 64 {
			return // more than the meter can count
		}
		require.GreaterOrEqual(t, m.used.Elements, elements(v))
		require.Zero(t, m.depth)
		require.False(t, m.inString)
	})
}

// elements returns the total number of elements of the lists in a value.
func elements(v any) (n int64) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += 1 + elements(e)
		}
	case map[string]any:
		for _, e := range v {
			n += elements(e)
		}
	}
	return n
}
