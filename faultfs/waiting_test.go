package faultfs_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// What btrfs leaves of files that grow: the size in memory comes with whichever page is written first.
func TestSizesOfBtrfsComeWithAnyPage(t *testing.T) {
	t.Parallel()
	for _, test := range []litmus{
		{"one page is there with its size", func(l *lab) {
			l.write(l.durable("f", 'o', 4096), 'n', 4096, 512)
		}, []string{"/f=o4096", "/f=o4096+n512"}},
		{"two writes to one page are there in order", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'n', 4096, 100)
			l.write(f, 'm', 4196, 100)
		}, []string{"/f=o4096", "/f=o4096+n100", "/f=o4096+n100+m100"}},
		{"either of two pages may be missing, as calibration found", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'n', 4096, 4096)
			l.write(f, 'm', 8192, 512)
		}, []string{
			"/f=o4096", "/f=o4096+n4096",
			"/f=o4096+n4096+.512", "/f=o4096+.4096+m512", "/f=o4096+n4096+m512", "/f=o4096+.4608",
		}},
		{"one call that writes two pages is no different", func(l *lab) {
			l.write(l.durable("f", 'o', 4096), 'n', 4096, 4608)
		}, []string{
			"/f=o4096", "/f=o4096+n4096",
			"/f=o4096+n4096+.512", "/f=o4096+.4096+n512", "/f=o4096+n4608", "/f=o4096+.4608",
		}},
		{"a sync in between leaves one page", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'n', 4096, 4096)
			l.sync(f)
			l.write(f, 'm', 8192, 512)
		}, []string{"/f=o4096+n4096", "/f=o4096+n4096+m512"}},
		{"an overwritten page brings the size", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'p', 0, 4096)
			l.write(f, 'n', 4096, 512)
		}, []string{
			"/f=o4096", "/f=o4096+n512", "/f=o4096+.512",
			"/f=p4096", "/f=p4096+n512", "/f=p4096+.512",
		}},
		{"a page that is overwritten later brings the size too", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'n', 4096, 100)
			l.write(f, 'm', 4196, 100)
			l.write(f, 'p', 0, 4096)
		}, []string{
			"/f=o4096", "/f=o4096+n100", "/f=o4096+n100+m100", "/f=o4096+n100+.100", "/f=o4096+.200",
			"/f=p4096", "/f=p4096+n100", "/f=p4096+n100+m100", "/f=p4096+n100+.100", "/f=p4096+.200",
		}},
		{"a page of another file does not bring the size", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			g := l.durable("g", 'o', 10)
			l.write(g, 'p', 0, 10)
			l.write(f, 'n', 4096, 512)
		}, []string{"/f=o4096 /g=o10", "/f=o4096 /g=p10", "/f=o4096+n512 /g=o10", "/f=o4096+n512 /g=p10"}},
		{"a hole makes the system write the page that it begins in", func(l *lab) {
			l.write(l.durable("f", 'o', 100), 'n', 8192, 10)
		}, []string{"/f=o100", "/f=o100+.3996", "/f=o100+.8092+n10", "/f=o100+.8102"}},
		{"a hole that begins at a page boundary writes nothing", func(l *lab) {
			l.write(l.durable("f", 'o', 4096), 'n', 8192, 10)
		}, []string{"/f=o4096", "/f=o4096+.4096+n10"}},
		{"a truncation makes the system write the page that it clears", func(l *lab) {
			f := l.durable("f", 'o', 100)
			l.ok(f.Truncate(4096))
			l.write(f, 'n', 4096, 512)
		}, []string{"/f=o100", "/f=o100+.3996", "/f=o100+.3996+n512", "/f=o100+.4508"}},
		{"a truncated page is not written", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'm', 4096, 512)
			l.ok(f.Truncate(0))
			l.write(f, 'n', 0, 600)
		}, []string{"/f=o4096", "/f=o4096+m512", "/f=", "/f=n600"}},
		{"a page whose write-back failed is not written again", func(l *lab) {
			f := l.durable("f", 'o', 4096)
			l.write(f, 'p', 0, 4096)
			l.failAs("btrfs", f)
			l.write(f, 'n', 4096, 512)
		}, []string{"/f=o4096", "/f=o4096+n512"}},
	} {
		t.Run(test.name, func(t *testing.T) { test.check(t, modelNamed(t, "btrfs")) })
	}
}

// On a disk with safe-append, which writes bytes before sizes, no size comes without the bytes of its page.
func TestSizesOfBtrfsWaitOnADiskWithSafeAppend(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 4096)
	l.write(f, 'p', 0, 4096)
	l.write(f, 'n', 4096, 512)
	require.Equal(t,
		set{"/f=o4096": true, "/f=p4096": true, "/f=o4096+n512": true, "/f=p4096+n512": true},
		outcomesOf(modelNamed(t, "btrfs safe-append"), l.fs, everything))
}

// Bytes that the first session left undecided are not in the memory of the second, so they bring no size.
func TestSizesOfBtrfsDoNotComeWithBytesOfAnEarlierSession(t *testing.T) {
	t.Parallel()
	model, got := modelNamed(t, "btrfs"), set{}
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.write(l.durable("f", 'o', 4096), 'p', 0, 4096)
	search(faultfs.NewTimeline(l.fs, model, 0).Advance(l.fs.Now()), func(img *faultfs.FS) {
		f, err := img.OpenFile("f", os.O_WRONLY, 0)
		must(err)
		put(t, f, 'n', 4096, 512)
		now := img.Now()
		search(faultfs.NewTimeline(img, model, now).Advance(now), func(again *faultfs.FS) { got[everything(fsView{again})] = true })
	})
	require.Equal(t, set{"/f=o4096": true, "/f=p4096": true, "/f=o4096+n512": true, "/f=p4096+n512": true}, got)
}
