package faultfs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestLosingAnOpLosesWhatFollowsIt(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	a := l.durable("a", 'o', 100)
	b := l.durable("b", 'o', 100)
	l.write(a, '1', 0, 100)
	l.write(a, '2', 0, 50)
	l.write(b, 'n', 0, 100)
	point := faultfs.NewTimeline(l.fs, faultfs.Model{}, 0).Advance(l.fs.Now())
	ops := point.Ops()
	require.Len(t, ops, 3)
	for _, c := range []struct {
		name string
		lost []faultfs.PendingOp
		want string
	}{
		{"nothing", nil, "/a=250+150 /b=n100"},
		{"the first write, which the second follows", ops[:1], "/a=o100 /b=n100"},
		{"the second write", ops[1:2], "/a=1100 /b=n100"},
		{"a write to another file", ops[2:], "/a=250+150 /b=o100"},
		{"everything", ops, "/a=o100 /b=o100"},
	} {
		var ids []uint64
		for _, op := range c.lost {
			ids = append(ids, op.ID)
		}
		img := point.Losing(append(ids, 1<<40), faultfs.ImageOptions{Limit: 1})
		require.Equal(t, c.want, everything(fsView{img}), c.name)
		require.Subset(t, img.Lost(), c.lost, c.name)
		require.False(t, img.Sampled(), c.name)
	}
}

func TestCallersAreRecordedOnRequest(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		fs := faultfs.New(faultfs.Options{Callers: asked})
		create(t, fs, "a")
		require.Equal(t, asked, len(fs.Trace()[0].PCs) > 0)
	}
}
