package sst_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/cache"
	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

// build writes entries into a table and returns the file.
func build(t testing.TB, o sst.WriterOptions, entries []keytest.Entry) ([]byte, sst.Meta) {
	t.Helper()
	var file bytes.Buffer
	w := sst.NewWriter(&file, o)
	for _, e := range entries {
		require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
	}
	meta, err := w.Finish()
	require.NoError(t, err)
	return file.Bytes(), meta
}

func open(t testing.TB, file []byte, o sst.ReaderOptions) *sst.Reader {
	t.Helper()
	r, err := sst.Open(bytes.NewReader(file), int64(len(file)), o)
	require.NoError(t, err)
	return r
}

// counted counts the calls on a file, and can make them fail.
type counted struct {
	bytes.Reader
	calls int
	err   error
}

func newCounted(file []byte) *counted { return &counted{Reader: *bytes.NewReader(file)} }

func (c *counted) ReadAt(b []byte, offset int64) (int, error) {
	c.calls++
	if c.err != nil {
		return 0, c.err
	}
	return c.Reader.ReadAt(b, offset)
}

// plain returns n entries of 116 bytes, like those of a store benchmark.
func plain(n int) []keytest.Entry {
	rng := rand.New(rand.NewPCG(9, 9))
	entries := make([]keytest.Entry, n)
	for i := range entries {
		entries[i] = keytest.Entry{
			Key: fmt.Appendf(nil, "user%012d", i), Trailer: key.MakeTrailer(key.Seq(i+1), key.Set),
			Value: keytest.Bytes(rng, 100),
		}
	}
	return entries
}

func shapes(rng *rand.Rand) sst.WriterOptions {
	return sst.WriterOptions{
		BlockBytes:      1 << (6 + rng.IntN(9)),
		RestartInterval: 1 + rng.IntN(20),
		BloomBitsPerKey: []int{-1, 0, 1, 10, 200}[rng.IntN(5)],
		Layout:          sst.Layout(rng.IntN(2)),
		Compression:     compress.Compression(rng.IntN(3)),
	}
}

func TestTablesOfAllShapesAgreeWithASortedSlice(t *testing.T) {
	large := 0
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := rng.IntN(1 << rng.IntN(13))
		if seed%4 == 0 {
			n += 3000
		}
		entries := keytest.Random(rng, n)
		file, meta := build(t, shapes(rng), entries)
		require.Equal(t, uint64(len(file)), meta.Bytes)
		if len(file) > 64<<10 {
			large++
		}
		o := sst.ReaderOptions{Name: "t", FileNum: seed}
		if seed%8 != 4 {
			o.Cache = cache.New(1 << (10 + rng.IntN(10)))
		}
		r := open(t, file, o)
		require.NoError(t, r.Verify(), "seed %d", seed)
		require.NoError(t, keytest.Conform(r.NewIterator(), entries, rng, 2000), "seed %d", seed)
		requireGets(t, r, entries, rng)
	}
	require.Greater(t, large, 5, "some files must be read whole and others by block")
}

func requireGets(t *testing.T, r *sst.Reader, entries []keytest.Entry, rng *rand.Rand) {
	t.Helper()
	model := keytest.NewIterator(entries)
	for range min(2000, 10*len(entries)) {
		e := entries[rng.IntN(len(entries))]
		user, seq := e.Key, key.Seq(rng.IntN(len(entries)+3))
		if rng.IntN(4) == 0 {
			user = append(bytes.Clone(user), 0)
		}
		value, kind, ok, err := r.Get(user, seq)
		require.NoError(t, err)
		require.Equal(t, model.SeekGE(user, seq) && bytes.Equal(model.Key(), user), ok, "%q at %d", user, seq)
		if ok {
			require.Equal(t, model.Trailer().Kind(), kind)
			require.True(t, bytes.Equal(model.Value(), value), "%q at %d", user, seq)
		}
	}
}

func TestMetaDescribesTheTable(t *testing.T) {
	entries := []keytest.Entry{
		{Key: []byte("a"), Trailer: key.MakeTrailer(7, key.Set), Value: []byte("x")},
		{Key: []byte("b"), Trailer: key.MakeTrailer(9, key.Delete)},
		{Key: []byte("b"), Trailer: key.MakeTrailer(3, key.Set), Value: []byte("y")},
	}
	file, meta := build(t, sst.WriterOptions{}, entries)
	want := sst.Meta{
		Bytes: uint64(len(file)), Entries: 3, Smallest: []byte("a"), Largest: []byte("b"), MinSeq: 3, MaxSeq: 9,
	}
	require.Equal(t, want, meta)
	require.Equal(t, want, open(t, file, sst.ReaderOptions{}).Meta())
}

func TestATableWithoutEntries(t *testing.T) {
	file, meta := build(t, sst.WriterOptions{}, nil)
	require.Zero(t, meta.Entries)
	r := open(t, file, sst.ReaderOptions{})
	require.NoError(t, r.Verify())
	_, _, ok, err := r.Get([]byte("k"), key.MaxSeq)
	require.NoError(t, err)
	require.False(t, ok)
	require.NoError(t, keytest.Conform(r.NewIterator(), nil, rand.New(rand.NewPCG(1, 1)), 100))
}

func TestSmallTablesCostOneRead(t *testing.T) {
	entries := plain(400)
	file, _ := build(t, sst.WriterOptions{}, entries)
	f := newCounted(file)
	r, err := sst.Open(f, int64(len(file)), sst.ReaderOptions{})
	require.NoError(t, err)
	require.NoError(t, keytest.Conform(r.NewIterator(), entries, rand.New(rand.NewPCG(1, 1)), 100))
	_, _, ok, err := r.Get(entries[7].Key, key.MaxSeq)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, 1, f.calls)
}

func TestLargerTablesAreReadInLargePieces(t *testing.T) {
	entries := plain(20_000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	f := newCounted(file)
	r, err := sst.Open(f, int64(len(file)), sst.ReaderOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, f.calls, "reads to open")

	for name, scan := range map[string]func(it key.Iterator) int{
		"forwards": func(it key.Iterator) (n int) {
			for ok := it.First(); ok; ok = it.Next() {
				n++
			}
			return n
		},
		"backwards": func(it key.Iterator) (n int) {
			for ok := it.Last(); ok; ok = it.Prev() {
				n++
			}
			return n
		},
	} {
		f.calls = 0
		require.Equal(t, len(entries), scan(r.NewIterator()), name)
		require.LessOrEqual(t, f.calls, 4+len(file)/(200<<10), "reads to scan %d bytes %s", len(file), name)
	}

	file, _ = build(t, sst.WriterOptions{BloomBitsPerKey: 64}, entries)
	f = newCounted(file)
	r, err = sst.Open(f, int64(len(file)), sst.ReaderOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, f.calls, "reads to open with a large filter")
	for range 2 {
		_, _, ok, err := r.Get(append(entries[7].Key, 'x'), key.MaxSeq)
		require.NoError(t, err)
		require.False(t, ok)
		require.Equal(t, 2, f.calls, "the filter is read once")
	}
}

func TestDamageOfALargeFilterIsFoundByTheFirstSearch(t *testing.T) {
	entries := plain(20_000)
	file, _ := build(t, sst.WriterOptions{BloomBitsPerKey: 64}, entries)
	whole := open(t, file, sst.ReaderOptions{})
	d, err := whole.Describe()
	require.NoError(t, err)
	for _, p := range d.Parts {
		if p.Name != "filter" {
			continue
		}
		file[p.Offset] ^= 1
		r := open(t, file, sst.ReaderOptions{Name: "t.sst"})
		_, _, _, err := r.Get(entries[0].Key, key.MaxSeq)
		require.ErrorIs(t, err, corrupt.Err)
		it := r.NewIterator()
		require.False(t, it.First() || it.Last() || it.Next() || it.Prev())
		require.False(t, it.SeekGE(entries[0].Key, key.MaxSeq) || it.SeekLT(entries[9].Key))
		require.ErrorIs(t, it.Error(), corrupt.Err)
		_, err = r.Describe()
		require.ErrorIs(t, err, corrupt.Err)
		require.ErrorIs(t, r.Verify(), corrupt.Err)
		file[p.Offset] ^= 1
		_, _, ok, err := r.Get(entries[0].Key, key.MaxSeq)
		require.NoError(t, err, "a failed read of the filter is retried")
		require.True(t, ok)
	}
}

func TestTheFilterAvoidsReads(t *testing.T) {
	entries := plain(5000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	f := newCounted(file)
	r, err := sst.Open(f, int64(len(file)), sst.ReaderOptions{})
	require.NoError(t, err)
	f.calls = 0
	for _, e := range entries {
		_, _, ok, err := r.Get(append(e.Key, 'x'), key.MaxSeq)
		require.NoError(t, err)
		require.False(t, ok)
	}
	require.Less(t, f.calls, 100, "false positives of 5000")
}

func TestGetsAndSeeksUseTheCache(t *testing.T) {
	entries := plain(2000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	f := newCounted(file)
	r, err := sst.Open(f, int64(len(file)), sst.ReaderOptions{FileNum: 7, Cache: cache.New(1 << 20)})
	require.NoError(t, err)
	for round := range 2 {
		f.calls = 0
		value, _, ok, err := r.Get(entries[1000].Key, key.MaxSeq)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, entries[1000].Value, value)
		require.True(t, r.NewIterator().SeekGE(entries[1000].Key, key.MaxSeq))
		require.Equal(t, 1-round, f.calls)
	}
}

func TestAValueStaysValidAfterLaterReads(t *testing.T) {
	entries := plain(2000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	r := open(t, file, sst.ReaderOptions{Cache: cache.New(20 << 10)})
	kept := make([][]byte, len(entries))
	for i, e := range entries {
		value, _, ok, err := r.Get(e.Key, key.MaxSeq)
		require.NoError(t, err)
		require.True(t, ok)
		kept[i] = value
	}
	require.NoError(t, keytest.Conform(r.NewIterator(), entries, rand.New(rand.NewPCG(1, 1)), 500))
	for i, e := range entries {
		require.True(t, bytes.Equal(e.Value, kept[i]), "%q", e.Key)
	}
}

func TestReadersShareATable(t *testing.T) {
	entries := plain(3000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	r := open(t, file, sst.ReaderOptions{Cache: cache.New(64 << 10)})
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for g := range errs {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			errs[g] = keytest.Conform(r.NewIterator(), entries, rng, 1000)
			for range 1000 {
				e := entries[rng.IntN(len(entries))]
				if value, _, ok, err := r.Get(e.Key, key.MaxSeq); err != nil || !ok || !bytes.Equal(value, e.Value) {
					errs[g] = fmt.Errorf("get %q: %t %w", e.Key, ok, err)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func TestAFailedReadIsNotCorruption(t *testing.T) {
	entries := plain(2000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	f := newCounted(file)
	r, err := sst.Open(f, int64(len(file)), sst.ReaderOptions{Name: "000007.sst"})
	require.NoError(t, err)
	f.err = io.ErrClosedPipe

	_, _, _, err = r.Get(entries[5].Key, key.MaxSeq)
	requireIOError(t, err)
	it := r.NewIterator()
	require.False(t, it.First())
	requireIOError(t, it.Error())
	f.err = nil
	require.False(t, it.First(), "a broken iterator stays broken")
	requireIOError(t, it.Error())
	require.NoError(t, it.Close())

	f.err = io.ErrClosedPipe
	requireIOError(t, r.Verify())
	_, err = sst.Open(f, int64(len(file)), sst.ReaderOptions{Name: "000007.sst"})
	requireIOError(t, err)
}
