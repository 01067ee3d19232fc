package faultfs_test

import (
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// A power cut leaves what was synced plus some subset of what was not. Here the content of the file was synced, but its
// name was not, because the directory was not.
func Example() {
	fs := faultfs.New(faultfs.Options{})
	f, err := fs.Create("wal")
	must(err)
	_, err = f.Write([]byte("commit"))
	must(err, f.Sync(), f.Close())

	for _, profile := range []faultfs.Profile{faultfs.LoseAll(), faultfs.LoseNone()} {
		disk, err := fs.Crash(fs.Now(), faultfs.Model{Profile: profile}, faultfs.ImageOptions{})
		must(err)
		found, err := afero.Exists(disk, "wal")
		must(err)
		fmt.Printf("%s: found %t\n", profile.Name, found)
	}
	// Output:
	// lose-all: found false
	// lose-none: found true
}

// Explore visits every disk that a power cut may leave, as far as the visit can tell them apart. A file is replaced by a
// rename without a sync of the directory: either content may be found, but never anything else. Without the Sync before
// the rename there would also be disks with an empty CURRENT.
func ExampleExplore() {
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
	images, err := faultfs.Explore(point, faultfs.ImageOptions{}, func(disk *faultfs.FS) error {
		content, err := afero.ReadFile(disk, "CURRENT")
		must(err)
		tmp, err := afero.Exists(disk, "CURRENT.tmp")
		must(err)
		fmt.Printf("CURRENT is %s, CURRENT.tmp is left behind: %t\n", content, tmp)
		return nil
	})
	must(err)
	fmt.Println(images, "images")
	// Output:
	// CURRENT is one, CURRENT.tmp is left behind: false
	// CURRENT is one, CURRENT.tmp is left behind: true
	// CURRENT is two, CURRENT.tmp is left behind: false
	// 3 images
}

// A failed fsync must not be retried: the retry succeeds although the bytes may be gone.
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
