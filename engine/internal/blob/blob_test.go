package blob_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

const num = 7

// pattern returns bytes that differ from place to place and from seed to seed.
func pattern(n int, seed uint64) []byte {
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], (uint64(i)+seed)*0x9e3779b97f4a7c15)
	}
	return b[:n]
}

var lengths = []int{0, 1, 11, 1023, 1024, 65535, 65536, 65537, 131072, 200_000, 1<<20 + 1}

// write returns a file of values and their refs.
func write(t testing.TB, values ...[]byte) ([]byte, []blob.Ref) {
	t.Helper()
	var file bytes.Buffer
	w := blob.NewWriter(&file, num)
	var refs []blob.Ref
	for _, v := range values {
		r, err := w.Add(v)
		require.NoError(t, err)
		refs = append(refs, r)
	}
	require.NoError(t, w.Flush())
	require.EqualValues(t, file.Len(), w.Bytes())
	return file.Bytes(), refs
}

func open(t testing.TB, file []byte) *blob.Reader {
	t.Helper()
	r, err := blob.Open(bytes.NewReader(file), num, uint64(len(file)), "000007.blob")
	require.NoError(t, err)
	return r
}

func TestValuesOfEveryLengthRoundTrip(t *testing.T) {
	var values [][]byte
	for i, n := range lengths {
		values = append(values, pattern(n, uint64(i)))
	}
	file, refs := write(t, values...)
	r := open(t, file)
	require.NoError(t, r.Verify(uint64(len(file))))
	for i, want := range values {
		got, err := r.Append(nil, refs[i])
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
		got, err = r.Append([]byte("before"), refs[i])
		require.NoError(t, err)
		require.True(t, bytes.Equal(append([]byte("before"), want...), got))
		require.NoError(t, r.Check(refs[i]))
		v, err := r.NewValue(refs[i])
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(v, want), "%d bytes", len(want))
		require.EqualValues(t, len(want), v.Len())
	}
	require.EqualValues(t, len(file), refs[len(refs)-1].End())
}

func TestRefsRoundTrip(t *testing.T) {
	for _, r := range []blob.Ref{{File: 1, Offset: 16}, {1 << 40, 1 << 50, 1 << 30, 0xffffffff}, {3, 16, 0, 5}} {
		b := r.AppendTo(nil)
		got, ok := blob.DecodeRef(b)
		require.True(t, ok)
		require.Equal(t, r, got)
		require.LessOrEqual(t, len(b), blob.RefBytesMax)
		for i := range b {
			_, ok = blob.DecodeRef(b[:i])
			require.False(t, ok, "cut at %d", i)
		}
		_, ok = blob.DecodeRef(append(b, 0))
		require.False(t, ok)
	}
}

func TestSeekGoesAnywhere(t *testing.T) {
	want := pattern(200_000, 1)
	file, refs := write(t, want)
	v, err := open(t, file).NewValue(refs[0])
	require.NoError(t, err)
	for _, at := range []int64{199_999, 0, 65_535, 65_536, 131_071, 70_000} {
		_, err := v.Seek(at, io.SeekStart)
		require.NoError(t, err)
		got := make([]byte, min(3, len(want)-int(at)))
		_, err = io.ReadFull(v, got)
		require.NoError(t, err)
		require.Equal(t, want[at:int(at)+len(got)], got)
	}
	at, err := v.Seek(-5, io.SeekEnd)
	require.NoError(t, err)
	require.EqualValues(t, 199_995, at)
	at, err = v.Seek(-5, io.SeekCurrent)
	require.NoError(t, err)
	require.EqualValues(t, 199_990, at)
	_, err = v.Seek(-1, io.SeekStart)
	require.Error(t, err)
	_, err = v.Seek(0, 9)
	require.Error(t, err)
	_, err = v.Seek(1<<40, io.SeekStart)
	require.NoError(t, err)
	_, err = v.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// readings are all ways to read a value.
var readings = map[string]func(r *blob.Reader, ref blob.Ref) ([]byte, error){
	"append": func(r *blob.Reader, ref blob.Ref) ([]byte, error) { return r.Append(nil, ref) },
	"stream": func(r *blob.Reader, ref blob.Ref) ([]byte, error) {
		v, err := r.NewValue(ref)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		_, err = io.CopyBuffer(struct{ io.Writer }{&b}, v, make([]byte, 1000))
		return b.Bytes(), err
	},
}

func TestEveryFlippedByteIsReported(t *testing.T) {
	values := [][]byte{pattern(40, 1), {}, pattern(70_000, 2)}
	file, refs := write(t, values...)
	for at := range file {
		if at > 200 && at < len(file)-100 && at%997 != 0 {
			continue // within the long value every byte is like every other
		}
		bad := bytes.Clone(file)
		bad[at] ^= 1 << (at % 8)
		r, err := blob.Open(bytes.NewReader(bad), num, uint64(len(bad)), "file")
		if err != nil {
			require.True(t, errors.Is(err, corrupt.Err) || errors.Is(err, blob.ErrVersion), "byte %d: %v", at, err)
			require.Less(t, at, 16)
			continue
		}
		require.ErrorIs(t, r.Verify(uint64(len(bad))), corrupt.Err, "byte %d", at)
		for i, ref := range refs {
			for name, read := range readings {
				got, err := read(r, ref)
				if uint64(at) >= ref.Offset && uint64(at) < ref.End() {
					require.ErrorIs(t, err, corrupt.Err, "%s: byte %d of blob %d", name, at, i)
					require.True(t, bytes.HasPrefix(values[i], got), "only verified bytes are returned")
				} else {
					require.NoError(t, err, "%s: byte %d of blob %d", name, at, i)
				}
			}
		}
	}
}

func TestDamageIsDistinguishedFromValues(t *testing.T) {
	first, second := pattern(100_000, 1), pattern(100_000, 2)
	file, refs := write(t, first, second)
	other, otherRefs := write(t, second, first)
	cases := []struct {
		name string
		file func(b []byte) []byte
		ref  func(r blob.Ref) blob.Ref
	}{
		{name: "the file is truncated within the value", file: func(b []byte) []byte { return b[:len(b)-1] }},
		{name: "the file is truncated within the header", file: func(b []byte) []byte { return b[:refs[1].Offset+5] }},
		{name: "an intact blob from another time is in its place", file: func([]byte) []byte { return other }},
		{name: "the header is right, but the value is from another time", file: func(b []byte) []byte {
			copy(b[refs[1].Offset+20:], other[otherRefs[1].Offset+20:])
			return b
		}},
		{name: "the first blob is in the place of the second", file: func(b []byte) []byte {
			copy(b[refs[1].Offset:], b[refs[0].Offset:refs[0].End()])
			return b
		}},
		{name: "a chunk is in the place of another", file: func(b []byte) []byte {
			copy(b[refs[1].Offset+20+65_536:], b[refs[1].Offset+20:][:100_000-65_536])
			return b
		}},
		{name: "zeros", file: func(b []byte) []byte { clear(b[refs[1].Offset:]); return b }},
		{name: "the ref has another checksum", ref: func(r blob.Ref) blob.Ref { r.Sum++; return r }},
		{name: "the ref has another length", ref: func(r blob.Ref) blob.Ref { r.Length--; return r }},
		{name: "the ref has another offset", ref: func(r blob.Ref) blob.Ref { r.Offset--; return r }},
		{name: "the ref names another file", ref: func(r blob.Ref) blob.Ref { r.File++; return r }},
		{name: "the ref is longer than memory", ref: func(r blob.Ref) blob.Ref { r.Length = 1 << 61; return r }},
		{name: "the ref begins after the file", ref: func(r blob.Ref) blob.Ref { r.Offset = 1 << 61; return r }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b, ref := bytes.Clone(file), refs[1]
			if c.file != nil {
				b = c.file(b)
			}
			if c.ref != nil {
				ref = c.ref(ref)
			}
			r, err := blob.Open(bytes.NewReader(b), num, uint64(len(file)), "file")
			require.NoError(t, err)
			for name, read := range readings {
				_, err := read(r, ref)
				require.ErrorIs(t, err, corrupt.Err, name)
			}
		})
	}
}

func TestOpenRejectsOtherFiles(t *testing.T) {
	file, _ := write(t, []byte("value"))
	version := func(v byte, resum bool) []byte {
		b := bytes.Clone(file)
		b[8] = v
		if resum {
			copy(b[12:], blob.HeaderSum(num, b[:12]))
		}
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		num  uint64
		want error
	}{
		{"nothing", nil, num, corrupt.Err},
		{"a header cut short", file[:15], num, corrupt.Err},
		{"another magic", append([]byte{1}, file[1:]...), num, corrupt.Err},
		{"a file with another number", file, num + 1, corrupt.Err},
		{"a damaged version", version(2, false), num, corrupt.Err},
		{"a version to come", version(2, true), num, blob.ErrVersion},
		{"no version", version(0, true), num, corrupt.Err},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := blob.Open(bytes.NewReader(c.file), c.num, uint64(len(c.file)), "file")
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestAGrowingFileIsReadOnlyUpToItsKnownSize(t *testing.T) {
	file, refs := write(t, pattern(10, 1), pattern(20, 2))
	r := blob.NewReader(bytes.NewReader(file), num, "file")
	_, err := r.Append(nil, refs[0])
	require.ErrorIs(t, err, corrupt.Err)
	r.Grow(refs[0].End())
	_, err = r.Append(nil, refs[0])
	require.NoError(t, err)
	_, err = r.Append(nil, refs[1])
	require.ErrorIs(t, err, corrupt.Err)
	r.Grow(refs[1].End())
	r.Grow(3)
	got, err := r.Append(nil, refs[1])
	require.NoError(t, err)
	require.Equal(t, pattern(20, 2), got)
}
