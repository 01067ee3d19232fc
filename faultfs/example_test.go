package faultfs_test

import (
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// everyAnswer is a chooser for a depth-first search over all images: the answers so far, and how many there were.
type everyAnswer struct {
	picks, of []int
	asked     int
}

func (a *everyAnswer) Choose(n int, _ uint64) int {
	if a.asked == len(a.picks) {
		a.picks, a.of = append(a.picks, 0), append(a.of, n)
	}
	a.asked++
	return a.picks[a.asked-1]
}

func (a *everyAnswer) next() bool {
	a.asked = 0
	for i := len(a.picks) - 1; i >= 0; i-- {
		if a.picks[i]++; a.picks[i] < a.of[i] {
			a.picks, a.of = a.picks[:i+1], a.of[:i+1]
			return true
		}
	}
	return false
}

// Replacing a file by a rename without a sync of the directory: the old or the new content may be found after a power
// cut, and never anything else. Without the Sync before the rename there would be images with an empty CURRENT.
func Example() {
	fs := faultfs.New(faultfs.Options{})
	write := func(name, content string) {
		f, err := fs.Create(name)
		must(err)
		_, err = f.Write([]byte(content))
		must(err, f.Sync(), f.Close())
	}
	write("CURRENT", "one")
	root, err := fs.Open("/")
	must(err, root.Sync())

	write("CURRENT.tmp", "two")
	must(fs.Rename("CURRENT.tmp", "CURRENT"))

	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	answers := &everyAnswer{}
	for more := true; more; more = answers.next() {
		img := point.Image(faultfs.ImageOptions{Chooser: answers})
		content, err := afero.ReadFile(img, "CURRENT")
		must(err)
		tmp, err := afero.Exists(img, "CURRENT.tmp")
		must(err)
		fmt.Printf("CURRENT is %s, CURRENT.tmp is left behind: %t\n", content, tmp)
	}
	// Output:
	// CURRENT is one, CURRENT.tmp is left behind: false
	// CURRENT is one, CURRENT.tmp is left behind: true
	// CURRENT is two, CURRENT.tmp is left behind: false
}

// A failed fsync must not be retried: the retry says that all is well, and the bytes may be gone.
func Example_failedSync() {
	fs := faultfs.New(faultfs.Options{})
	f, err := fs.Create("wal")
	must(err)
	root, err := fs.Open("/")
	must(err, root.Sync())
	rule, err := faultfs.ParseRule("failed sync wal nth=1")
	must(err)
	fs.SetRules(rule)

	_, err = f.Write([]byte("commit"))
	must(err)
	fmt.Println("fsync:", f.Sync())
	fmt.Println("retry:", f.Sync())

	img, err := fs.Crash(fs.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
	must(err)
	content, err := afero.ReadFile(img, "wal")
	must(err)
	fmt.Printf("after the power cut: %q\n", content)
	fmt.Println(fs.Injected())
	// Output:
	// fsync: sync wal: input/output error
	// retry: <nil>
	// after the power cut: ""
	// map[failed_sync:1]
}
