package keytest_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
)

func TestTheModelConformsToItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 2, 100} {
		entries := keytest.Random(rng, n)
		require.Len(t, entries, n)
		require.NoError(t, keytest.Conform(keytest.NewIterator(entries), entries, rng, 1000))
	}
}

// off is an iterator with one fault.
type off struct {
	*keytest.Iterator
	prev    func() bool
	seekGE  func(user []byte, seq key.Seq) bool
	value   func() []byte
	trailer func() key.Trailer
}

func (o off) Prev() bool {
	if o.prev != nil {
		return o.prev()
	}
	return o.Iterator.Prev()
}

func (o off) SeekGE(user []byte, seq key.Seq) bool {
	if o.seekGE != nil {
		return o.seekGE(user, seq)
	}
	return o.Iterator.SeekGE(user, seq)
}

func (o off) Value() []byte {
	if o.value != nil {
		return o.value()
	}
	return o.Iterator.Value()
}

func (o off) Trailer() key.Trailer {
	if o.trailer != nil {
		return o.trailer()
	}
	return o.Iterator.Trailer()
}

func TestConformNoticesAWrongIterator(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	entries := keytest.Random(rng, 50)
	faults := map[string]func(o *off){
		"misses the last entry":         func(o *off) { o.Iterator = keytest.NewIterator(entries[:49]) },
		"has an entry too many":         func(o *off) { o.Iterator = keytest.NewIterator(append(entries, entries[49])) },
		"goes the wrong way":            func(o *off) { o.prev = o.Iterator.Next },
		"ignores the sequence number":   func(o *off) { o.seekGE = seekNewest(o.Iterator) },
		"returns values of another key": func(o *off) { o.value = func() []byte { return []byte("another") } },
		"returns trailers of another":   func(o *off) { o.trailer = func() key.Trailer { return 7 } },
		"is broken":                     func(o *off) { o.Broken = errors.New("broken") },
		"is positioned from the start":  func(o *off) { o.First() },
	}
	for name, plant := range faults {
		t.Run(name, func(t *testing.T) {
			o := off{Iterator: keytest.NewIterator(entries)}
			plant(&o)
			require.Error(t, keytest.Conform(o, entries, rng, 5000))
		})
	}
}

func seekNewest(it *keytest.Iterator) func([]byte, key.Seq) bool {
	return func(user []byte, _ key.Seq) bool { return it.SeekGE(user, key.MaxSeq) }
}
