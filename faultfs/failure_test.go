package faultfs_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// fails syncs with an injected failure.
func (l *lab) failSync(effect faultfs.Effect, sync func() error) {
	l.t.Helper()
	l.fs.SetRules(&faultfs.Rule{Effect: effect, Op: faultfs.OpSync})
	err := sync()
	l.fs.SetRules()
	if effect == faultfs.LostSync {
		l.ok(err)
		return
	}
	require.True(l.t, errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC))
}

// What a sync that does not do its work leaves behind: L15 and its kin.
var failureLitmus = []litmus{
	{"L15 the retry of a failed fsync returns success and does nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		require.Equal(l.t, "n10", fsView{l.fs}.read("f", 0, 10), "L16: reads see the new bytes")
		l.sync(f)
		require.Equal(l.t, "n10", fsView{l.fs}.read("f", 0, 10))
	}, []string{"/f=o10", "/f=n10"}},
	{"a later write to the page makes it whole again", func(l *lab) {
		f := l.durable("f", 'o', 4096)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.write(f, 'x', 2000, 10)
		l.sync(f)
	}, []string{"/f=n10+o1990+x10+o2086"}},
	{"a later write to another page does not", func(l *lab) {
		f := l.durable("f", 'o', 8192)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.write(f, 'x', 4096, 10)
		l.sync(f)
	}, []string{"/f=o4096+x10+o4086", "/f=n10+o4086+x10+o4086"}},
	{"after a failed fsync of an append its size comes with the next write", func(l *lab) {
		f := l.durable("f", 'o', 4096)
		l.write(f, 'n', 4096, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.write(f, 'x', 0, 4096)
		l.sync(f)
	}, []string{"/f=x4096+.10", "/f=x4096+n10"}},
	{"a cut is final for what a failed fsync left", func(l *lab) {
		f := l.durable("f", 'o', 100)
		l.write(f, 'n', 0, 100)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.ok(f.Truncate(50))
		l.ok(f.Truncate(100))
		l.sync(f)
	}, []string{"/f=o50+.50", "/f=n50+.50"}},
	{"a failed fsync of a directory", func(l *lab) {
		l.create("f")
		d, err := l.fs.Open("/")
		l.ok(err)
		l.failSync(faultfs.FailedSync, d.Sync)
		l.sync(d)
	}, []string{"", "/f="}},
	{"a lost fsync is made up for by the next one", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.LostSync, f.Sync)
		l.sync(f)
	}, []string{"/f=n10"}},
	{"a lost fsync does nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.LostSync, f.Sync)
	}, []string{"/f=o10", "/f=n10"}},
	{"an fsync that is refused leaves the pages dirty", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.EIO, f.Sync)
		l.sync(f)
	}, []string{"/f=n10"}},
	{"a short write is half a write", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.fs.SetRules(&faultfs.Rule{Effect: faultfs.ShortWrite, Op: faultfs.OpWrite})
		n, err := f.WriteAt([]byte("nnnnnnnn"), 10)
		require.Equal(l.t, 4, n)
		require.Error(l.t, err)
		l.fs.SetRules()
		l.sync(f)
	}, []string{"/f=o10+n4"}},
	{"half of one byte behind the end is nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.fs.SetRules(&faultfs.Rule{Effect: faultfs.ShortWrite, Op: faultfs.OpWrite})
		_, err := f.WriteAt([]byte("n"), 20)
		require.Error(l.t, err)
		l.fs.SetRules()
		l.sync(f)
	}, []string{"/f=o10"}},
	{"a full disk changes nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.fs.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpWrite})
		_, err := f.WriteAt([]byte("nnn"), 8)
		require.ErrorIs(l.t, err, syscall.ENOSPC)
	}, []string{"/f=o10"}},
}

// Every handle that was open when a write-back failed hears of it once; later ones do not.
func TestFailedSyncIsReportedOncePerHandle(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	one := l.durable("f", 'o', 10)
	two, err := l.fs.OpenFile("f", os.O_RDWR, 0)
	require.NoError(t, err)
	l.write(one, 'n', 0, 10)
	l.failSync(faultfs.FailedSync, one.Sync)
	three, err := l.fs.OpenFile("f", os.O_RDWR, 0)
	require.NoError(t, err)
	require.NoError(t, one.Sync())
	require.NoError(t, three.Sync())
	require.ErrorIs(t, two.Sync(), syscall.EIO)
	require.NoError(t, two.Sync())
}
