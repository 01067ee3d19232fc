package faultfs_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// asDecided is a Chooser that gives the answers recorded in a decided image.
type asDecided map[uint64]bool

func (d asDecided) Choose(_ int, about uint64) int {
	if d[about] {
		return 1
	}
	return 0
}

func TestTheOrderOfDecisionsDoesNotChangeAnImage(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	a, b := l.durable("a", 'o', 100), l.durable("b", 'o', 100)
	for _, c := range "123" {
		l.write(a, byte(c), 0, 100)
		l.write(b, byte(c), 50, 100)
	}
	point := faultfs.NewTimeline(l.fs, faultfs.Model{}, 0).Advance(l.fs.Now())
	seen := map[string]bool{}
	for seed := range uint64(32) {
		first := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(seed), Limit: 1 + int(seed)%2*11})
		require.Empty(t, first.Decided())
		shows := everything(fsView{first})
		again := point.Image(faultfs.ImageOptions{Chooser: asDecided(first.Decided()), Limit: math.MaxInt})
		_, err := again.Stat("b")
		require.NoError(t, err)
		require.Equal(t, shows, everything(fsView{again}))
		require.Equal(t, first.Decided(), again.Decided())
		seen[shows] = true
	}
	require.Greater(t, len(seen), 4)
	require.Nil(t, l.fs.Decided(), "a disk that has not crashed has no decisions")
}
