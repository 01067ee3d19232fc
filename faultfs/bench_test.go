package faultfs_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// BenchmarkAppend appends 4 KiB at a time, with a sync after every append or with none.
func BenchmarkAppend(b *testing.B) {
	disks := []struct {
		name  string
		fresh func() afero.Fs
	}{
		{"faultfs", func() afero.Fs { return faultfs.New(faultfs.Options{}) }},
		{"os", func() afero.Fs { return afero.NewBasePathFs(afero.NewOsFs(), b.TempDir()) }},
		{"tmpfs", func() afero.Fs {
			dir, err := os.MkdirTemp("/dev/shm", "faultfs") //nolint:usetesting // it has to be that filesystem
			if err != nil {
				b.Skipf("needs a tmpfs at /dev/shm, for comparison: %v", err)
			}
			b.Cleanup(func() { must(os.RemoveAll(dir)) })
			return afero.NewBasePathFs(afero.NewOsFs(), dir)
		}},
	}
	for _, disk := range disks {
		for _, sync := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/sync=%t", disk.name, sync), func(b *testing.B) {
				fs, block := disk.fresh(), make([]byte, 4096)
				f, err := fs.Create("/f")
				must(err)
				b.SetBytes(int64(len(block)))
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%1024 == 0 {
						must(f.Truncate(0), second(f.Seek(0, 0)))
					}
					must(second(f.Write(block)))
					if sync {
						must(f.Sync())
					}
				}
				must(f.Close())
			})
		}
	}
}

// BenchmarkImage makes an image of a crash point with about 50 pending ops, lists its directory and reads one file.
func BenchmarkImage(b *testing.B) {
	fs := faultfs.New(faultfs.Options{})
	for i := range 20 {
		f := create(b, fs, fmt.Sprintf("%06d.sst", i))
		put(b, f, 's', 0, 64<<10)
	}
	log := create(b, fs, "000001.log")
	syncAll(b, fs)
	for i := range 16 {
		put(b, log, 'x', i*100, 100)
		create(b, fs, fmt.Sprintf("%06d.tmp", i))
	}
	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	b.Logf("%d pending ops", point.Pending())
	buf := make([]byte, 4096)
	b.ReportAllocs()
	for seed := uint64(0); b.Loop(); seed++ {
		img := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
		dir, err := img.Open("/")
		must(err, second(dir.Readdirnames(-1)), dir.Close())
		f, err := img.Open("000001.log")
		must(err)
		_, _ = f.ReadAt(buf, 0) // EOF, or not
		must(f.Close())
	}
}

// BenchmarkProfiles makes an image, under each profile, of a run with much pending: a file of 4,000 pages, appended 16
// KiB at a time, and a hundred names. It lists the names and reads the end of the file.
func BenchmarkProfiles(b *testing.B) {
	fs := faultfs.New(faultfs.Options{})
	f := create(b, fs, "f")
	for i := range 1000 {
		put(b, f, 'x', i<<14, 1<<14)
		if i%10 == 0 {
			create(b, fs, fmt.Sprint("name", i))
		}
	}
	buf := make([]byte, 4096)
	for _, profile := range faultfs.Profiles() {
		model := faultfs.Model{Profile: profile}
		point := faultfs.NewTimeline(fs, model, 0).Advance(fs.Now())
		b.Run("image/"+profile.Name, func(b *testing.B) {
			b.ReportAllocs()
			for seed := uint64(0); b.Loop(); seed++ {
				img := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
				dir, err := img.Open("/")
				must(err, second(dir.Readdirnames(-1)), dir.Close())
				if f, err := img.Open("f"); err == nil {
					_, _ = f.ReadAt(buf, 1000<<14-4096) // EOF, or not
					must(f.Close())
				}
			}
		})
		b.Run("timeline/"+profile.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				faultfs.NewTimeline(fs, model, 0).Advance(fs.Now())
			}
		})
	}
}

// BenchmarkSearch tries every image of a small store under each profile: two files appended, one replaced.
func BenchmarkSearch(b *testing.B) {
	fs := faultfs.New(faultfs.Options{})
	replacer(fs, "old")
	syncAll(b, fs)
	logger(fs, 1)
	replacer(fs, "new")
	for _, profile := range faultfs.Profiles() {
		point := faultfs.NewTimeline(fs, faultfs.Model{Profile: profile}, 0).Advance(fs.Now())
		b.Run(profile.Name, func(b *testing.B) {
			images := 0
			for b.Loop() {
				images += search(point, func(img *faultfs.FS) { _ = fsView{img}.names("/"); _ = fsView{img}.size("log") })
			}
			b.ReportMetric(float64(images)/float64(b.N), "images")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(images), "ns/image")
		})
	}
}

// BenchmarkTimeline walks a trace of 10,000 appends with a sync after every 100th, and stops at every tick.
func BenchmarkTimeline(b *testing.B) {
	fs := faultfs.New(faultfs.Options{})
	f := create(b, fs, "f")
	for i := range 10_000 {
		put(b, f, 'x', i*300, 300)
		if i%100 == 99 {
			must(f.Sync())
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		line := faultfs.NewTimeline(fs, faultfs.Model{}, 0)
		for tick := range fs.Now() {
			line.Advance(tick + 1)
		}
	}
}
