package sst

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// threeEntries returns the payload of a block in layout Columns. Entries are 13 bytes, the tail begins at 39.
func threeEntries() []byte {
	var b []byte
	var offsets []uint32
	for _, user := range []string{"ka", "kb", "kc"} {
		offsets = append(offsets, uint32(len(b)))
		b = binary.LittleEndian.AppendUint64(b, uint64(key.MakeTrailer(1, key.Set)))
		b = append(append(b, byte(len(user))), user...)
		b = append(b, "vv"...)
	}
	return appendColumns(b, 0, offsets)
}

func TestMalformedColumnsAreRefused(t *testing.T) {
	sound, err := parseColumns(threeEntries())
	require.NoError(t, err)
	require.True(t, sound.verify())
	for name, change := range map[string]func(b []byte){
		"a key longer than its entry":   func(b []byte) { b[8] = 5 },
		"an endless length":             func(b []byte) { copy(b[8:], bytes.Repeat([]byte{0xff}, 5)) },
		"an offset beyond the entries":  func(b []byte) { b[39+4] = 200 },
		"an entry without a length":     func(b []byte) { b[39+8] = 13 + 8 },
		"offsets that descend":          func(b []byte) { b[39+8] = 5 },
		"a gap":                         func(b []byte) { b[39] = 1 },
		"another hint":                  func(b []byte) { b[39+12] ^= 1 },
		"a shared length of too much":   func(b []byte) { b[39+24] = 2 },
		"a shared length of too little": func(b []byte) { b[39+24] = 0 },
		"no entries":                    func(b []byte) { b[39+28] = 0 },
		"more entries than fit":         func(b []byte) { b[39+28] = 100 },
	} {
		b := threeEntries()
		change(b)
		c, err := parseColumns(b)
		require.True(t, err != nil || !c.verify(), name)
	}
}

func TestALayoutOfANewerEngineIsRefused(t *testing.T) {
	for value, want := range map[string]error{"\x01": nil, "\x02": ErrVersion, "\x00": corrupt.Err, "": corrupt.Err} {
		var file bytes.Buffer
		w := NewWriter(&file, WriterOptions{Layout: Columns})
		w.props.fields[0].value = []byte(value)
		require.NoError(t, w.Add([]byte("k"), key.MakeTrailer(1, key.Set), []byte("value")))
		_, err := w.Finish()
		require.NoError(t, err)
		_, err = Open(bytes.NewReader(file.Bytes()), int64(file.Len()), ReaderOptions{Name: "f"})
		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want, "%q", value)
		}
	}
}

func FuzzColumns(f *testing.F) {
	f.Add(threeEntries(), []byte("kb"), uint64(1))
	f.Add([]byte{}, []byte{}, uint64(0))
	f.Fuzz(func(t *testing.T, payload, user []byte, seq uint64) {
		i := blockIter{layout: Columns}
		if i.reset(payload) != nil {
			return
		}
		n := 0
		for ok := i.first(); ok; ok = i.next() {
			n++
		}
		if n > i.columns.count {
			t.Fatal("a walk does not end")
		}
		for ok := i.last(); ok; ok = i.prev() {
			n--
		}
		i.seek(user, visible(key.Seq(seq)%key.MaxSeq))
		i.columns.verify()
	})
}
