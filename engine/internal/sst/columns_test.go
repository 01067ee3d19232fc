package sst

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// threeEntries returns the payload of a block in layout Columns. Entries are 13 bytes; the tail starts at 39.
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
		"a key longer than its entry":       func(b []byte) { b[8] = 5 },
		"an endless length":                 func(b []byte) { copy(b[8:], bytes.Repeat([]byte{0xff}, 5)) },
		"an offset beyond the entries":      func(b []byte) { b[39+4] = 200 },
		"an entry without a length":         func(b []byte) { b[39+8] = 13 + 8 },
		"offsets that descend":              func(b []byte) { b[39+8] = 5 },
		"a gap":                             func(b []byte) { b[39] = 1 },
		"another hint":                      func(b []byte) { b[39+12] ^= 1 },
		"a shared length that is too long":  func(b []byte) { b[39+24] = 2 },
		"a shared length that is too short": func(b []byte) { b[39+24] = 0 },
		"no entries":                        func(b []byte) { b[39+28] = 0 },
		"more entries than fit":             func(b []byte) { b[39+28] = 100 },
	} {
		b := threeEntries()
		change(b)
		c, err := parseColumns(b)
		require.True(t, err != nil || !c.verify(), name)
	}
}

// threeCut returns the payload of a block whose keys have their prefix removed. Entries are 11, 12 and 12 bytes, the
// prefix "long/key" starts at 35, the tail at 43.
func threeCut() []byte {
	var b []byte
	var offsets []uint32
	for _, user := range []string{"long/key", "long/keya", "long/keyb"} {
		offsets = append(offsets, uint32(len(b)))
		b = binary.LittleEndian.AppendUint64(b, uint64(key.MakeTrailer(1, key.Set)))
		b = append(append(b, byte(len(user))), user...)
		b = append(b, "vv"...)
	}
	return appendColumns(b, 0, offsets)
}

func TestMalformedCutColumnsAreRefused(t *testing.T) {
	sound, err := parseColumns(threeCut())
	require.NoError(t, err)
	require.True(t, sound.verify())
	require.Equal(t, "long/key", string(sound.prefix))
	for name, change := range map[string]func(b []byte){
		"a prefix longer than the entries": func(b []byte) { b[43+24] = 36 },
		"an endless prefix":                func(b []byte) { b[43+27] = 0xff },
		"whole keys, with a length":        func(b []byte) { b[43+24] = 7 },
		"a gap":                            func(b []byte) { b[43] = 1 },
		"a hint of a whole key":            func(b []byte) { copy(b[43+12+4:], "gnol") },
		"keys that share more": func(b []byte) {
			b[8], b[9], b[11+9], b[11+12+9] = 1, 'a', 'a', 'a'
			copy(b[43+12:], "\x00\x00\x00a\x00\x00\x00a\x00\x00\x00a")
		},
	} {
		b := threeCut()
		change(b)
		c, err := parseColumns(b)
		require.True(t, err != nil || !c.verify(), name)
	}
}

// The bytes next to a prefix are those of a value, so a block with a longer or shorter prefix looks just as sound on
// its own.
func TestVerifyDetectsAWrongPrefix(t *testing.T) {
	for name, change := range map[string]func(b []byte, end int){
		"none":              nil,
		"longer":            func(b []byte, end int) { b[end-8]++ },
		"shorter":           func(b []byte, end int) { b[end-8]-- },
		"too short to cut":  func(b []byte, end int) { b[end-8] = 7 },
		"with another byte": func(b []byte, end int) { b[end-8-3*8-2]++ },
	} {
		var file bytes.Buffer
		w := NewWriter(&file, WriterOptions{Layout: Columns, BloomBitsPerKey: -1})
		for _, user := range []string{"a long key/1", "a long key/2", "a long key/3"} {
			require.NoError(t, w.Add([]byte(user), key.MakeTrailer(1, key.Set), []byte("value")))
		}
		_, err := w.Finish()
		require.NoError(t, err)
		b := file.Bytes()
		r, err := Open(bytes.NewReader(b), int64(len(b)), ReaderOptions{})
		require.NoError(t, err)
		require.NoError(t, r.load())
		if change != nil {
			change(b, int(r.index[0].handle.length))
			sealAt(b, b[r.root.index.end()-blockTailBytes-handleBytes:])
			reseal(b)
		}
		r, err = Open(bytes.NewReader(b), int64(len(b)), ReaderOptions{})
		require.NoError(t, err)
		if change == nil {
			require.NoError(t, r.Verify())
		} else {
			require.ErrorIs(t, r.Verify(), corrupt.Err, name)
		}
	}
}

func TestPrefixesOfEightBytesOrMoreAreStoredOnce(t *testing.T) {
	for shared, want := range map[int]int{0: 0, 7: 0, 8: 8, 300: 300} {
		var b []byte
		var offsets []uint32
		for _, last := range "abc" {
			user := append(bytes.Repeat([]byte{'p'}, shared), byte(last))
			offsets = append(offsets, uint32(len(b)))
			b = append(binary.LittleEndian.AppendUint64(b, 1), binary.AppendUvarint(nil, uint64(len(user)))...)
			b = append(append(b, user...), "value"...)
		}
		c, err := parseColumns(appendColumns(b, 0, offsets))
		require.NoError(t, err)
		require.True(t, c.verify())
		require.Len(t, c.prefix, want)
		require.Equal(t, shared, len(c.prefix)+c.common)
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
	f.Add(threeCut(), []byte("long/keya"), uint64(1))
	f.Add(threeCut(), []byte("long"), uint64(1))
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

func TestTheKeyOfASingleEntryIsNotCopied(t *testing.T) {
	b := append(binary.LittleEndian.AppendUint64(nil, 1), 9)
	b = append(b, "a longkeyvalue"...)
	c, err := parseColumns(appendColumns(b, 0, []uint32{0}))
	require.NoError(t, err)
	require.True(t, c.verify())
	require.Empty(t, c.prefix)
	require.Equal(t, 9, c.common)
	i := blockIter{layout: Columns, columns: c}
	require.True(t, i.first())
	require.Equal(t, "a longkey", string(i.user))
	require.Same(t, &c.entries[9], &i.user[0], "not a copy")
}
