package faultfs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// stricter lists pairs of models: whatever the first leaves, the second can leave too. lose-all has a pair only with
// posix-min, because under the other profiles a sync makes more durable.
var stricter = [][2]string{
	{"ext4-journal", "ext4-ordered"},
	{"ext4-ordered", "ext4-writeback"},
	{"ext4-ordered", "posix-min"},
	{"xfs", "posix-min"},
	{"btrfs", "posix-min rename-split"},
	{"posix-min", "posix-min rename-split"},
	{"xfs", "xfs rename-split"},
	{"lose-all", "posix-min"},
	{"lose-none", "ext4-journal"},
	{"lose-none", "xfs"},
	{"lose-none", "btrfs"},
	{"posix-min sector=4096", "posix-min"},
	{"posix-min safe-append", "posix-min"},
	{"posix-min", "posix-min torn=garbage"},
	{"posix-min", "posix-min tear=byte"},
	{"posix-min", "posix-min ignore-flush=15"},
	{"ext4-writeback", "ext4-writeback torn=garbage"},
}

func modelNamed(t testing.TB, text string) (m faultfs.Model) {
	t.Helper()
	profile, device, _ := strings.Cut(text, " ")
	var err error
	m.Profile, err = faultfs.ProfileNamed(profile)
	require.NoError(t, err)
	m.Device, err = faultfs.ParseDevice(device)
	require.NoError(t, err)
	return m
}

// For the same trace and tick, every image of the stricter model is also one of the looser model. A counterexample is
// shrunk to a few pending operations.
func TestStricterModelsLeaveASubset(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for _, pair := range stricter {
		t.Run(pair[0]+" in "+pair[1], func(t *testing.T) {
			t.Parallel()
			strict, loose := modelNamed(t, pair[0]), modelNamed(t, pair[1])
			fewer := 0
			parameters := gopter.DefaultTestParametersWithSeed(30_000)
			parameters.Workers, parameters.MinSuccessfulTests = 1, 60
			properties := gopter.NewProperties(parameters)
			properties.Property("images of "+pair[0], prop.ForAll(func(seed uint64, pending int) string {
				fs := trace(t, loose, seed, pending)
				few, many := outcomesOf(strict, fs, everything), outcomesOf(loose, fs, everything)
				for state := range few {
					if !many[state] {
						return state + " is not left by " + pair[1] + "\n" + describe(fs.Trace())
					}
				}
				if len(few) < len(many) {
					fewer++
				}
				return ""
			}, gen.UInt64(), gen.IntRange(1, 9)))
			properties.TestingRun(t)
			require.Positive(t, fewer, "the models do not differ")
		})
	}
}

// Without stale bytes and freed blocks, data=writeback leaves what data=ordered does.
func TestWritebackIsOrderedWithStaleBlocks(t *testing.T) {
	t.Parallel()
	model, stale := modelNamed(t, "ext4-writeback"), 0
	for seed := range uint64(60) {
		fs := trace(t, model, seed+31_000, 9)
		if slices.ContainsFunc(fs.Trace(), func(op faultfs.Op) bool { return op.Kind == faultfs.OpTruncate && op.Size < op.OldSize }) {
			continue
		}
		all := outcomesOf(modelNamed(t, "ext4-ordered"), fs, everything)
		for state := range outcomesOf(model, fs, everything) {
			if strings.Contains(state, "#") {
				stale++
				continue
			}
			require.True(t, all[state], "seed %d: %s\n%s", seed, state, describe(fs.Trace()))
		}
	}
	require.Positive(t, stale)
}

// replacer is a toy store of one value. It replaces its file by a rename, without the fsync before it, which is a
// common mistake.
func replacer(fs afero.Fs, value string) {
	must(afero.WriteFile(fs, "tmp", []byte(value), 0o666), fs.Rename("tmp", "value"))
}

// logger is a toy store that appends records to a log and notes the length of the log in another file. It syncs
// neither.
func logger(fs afero.Fs, records int) {
	f, err := fs.Create("log")
	must(err)
	for i := range records {
		must(second(f.Write([]byte(strings.Repeat("r", 4096)))), afero.WriteFile(fs, fmt.Sprint("at", i+1), nil, 0o666))
	}
	must(f.Close())
}

// Wrong programs are detected under the profiles that do not forgive them, and under no other.
func TestWrongProgramsFailExactlyWhereTheyAreWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		run   func(fs *faultfs.FS)
		wrong func(v view) bool
		found string // the profiles
	}{
		{
			"a file is replaced by a rename without fsync", func(fs *faultfs.FS) {
				replacer(fs, "old")
				syncAll(t, fs)
				replacer(fs, "new")
			},
			func(v view) bool {
				s := v.read("value", 0, 9)
				return s != runs([]byte("old")) && s != runs([]byte("new"))
			},
			"posix-min ext4-ordered ext4-writeback xfs btrfs",
		},
		{
			"a name refers to records that were not synced", func(fs *faultfs.FS) { logger(fs, 2) },
			func(v view) bool { return v.size("at2") == 0 && v.size("log") < 8192 },
			"posix-min ext4-ordered ext4-writeback xfs btrfs late-removals",
		},
		{
			"a second file is assumed to prove the first", func(fs *faultfs.FS) {
				must(afero.WriteFile(fs, "a", nil, 0o666), afero.WriteFile(fs, "b", nil, 0o666))
			},
			func(v view) bool { return v.size("b") == 0 && v.size("a") < 0 },
			"posix-min late-removals",
		},
		{
			"fsync of a new file is assumed to sync its name", func(fs *faultfs.FS) {
				f, err := fs.Create("f")
				must(err, f.Sync(), f.Close())
			},
			func(v view) bool { return v.size("f") < 0 },
			"posix-min late-removals lose-all",
		},
		{
			"fsync of a file is assumed to sync an older file's name", func(fs *faultfs.FS) {
				must(afero.WriteFile(fs, "a", nil, 0o666))
				f, err := fs.Create("b")
				must(err, f.Sync(), f.Close())
			},
			func(v view) bool { return v.size("a") < 0 },
			"posix-min btrfs late-removals lose-all",
		},
		{
			"fsync of a file in a new directory is assumed to sync both names", func(fs *faultfs.FS) {
				must(fs.Mkdir("d", 0o777))
				f, err := fs.Create("d/f")
				must(err, f.Sync(), f.Close())
			},
			func(v view) bool { return v.size("d/f") < 0 },
			"posix-min late-removals lose-all",
		},
		{
			"a page is assumed to be written atomically", func(fs *faultfs.FS) {
				must(afero.WriteFile(fs, "f", []byte(strings.Repeat("o", 4096)), 0o666))
				syncAll(t, fs)
				f, err := fs.OpenFile("f", 2, 0)
				must(err)
				put(t, f, 'n', 0, 4096)
			},
			func(v view) bool { return len(v.read("f", 0, 4096)) > len("n4096") },
			"posix-min ext4-ordered ext4-writeback xfs late-removals",
		},
		{
			"appended space is assumed to be the new bytes or zeros", func(fs *faultfs.FS) {
				must(afero.WriteFile(fs, "f", []byte("new"), 0o666))
			},
			func(v view) bool { return strings.Contains(v.read("f", 0, 9), "#") },
			"ext4-writeback",
		},
		{
			"appended space is assumed to be the new bytes, never zeros", func(fs *faultfs.FS) {
				must(afero.WriteFile(fs, "f", []byte("new"), 0o666))
			},
			func(v view) bool { return strings.Contains(v.read("f", 0, 9), ".") },
			"posix-min ext4-ordered ext4-writeback late-removals",
		},
		{
			"all pages before the last surviving one are assumed to have survived", func(fs *faultfs.FS) {
				f := create(t, fs, "f")
				syncAll(t, fs)
				put(t, f, 'n', 0, 4096)
				put(t, f, 'm', 4096, 512)
			},
			func(v view) bool { return v.read("f", 0, 9) == ".9" && v.read("f", 4096, 512) == "m512" },
			"posix-min ext4-ordered ext4-writeback xfs btrfs late-removals",
		},
		{
			"the gap between two writes is assumed to be zeros", func(fs *faultfs.FS) {
				f := create(t, fs, "f")
				put(t, f, 'n', 0, 9)
				put(t, f, 'm', 600, 9)
			},
			func(v view) bool { return strings.Contains(v.read("f", 9, 591), "#") },
			"ext4-writeback",
		},
		{
			"the gap at the end of an allocated block is assumed to be zeros", func(fs *faultfs.FS) {
				must(afero.WriteFile(fs, "f", []byte("old"), 0o666))
				syncAll(t, fs)
				f, err := fs.OpenFile("f", 2, 0)
				must(err)
				put(t, f, 'n', 3, 9)
			},
			func(v view) bool { return strings.Contains(v.read("f", 0, 99), ".") },
			"posix-min ext4-ordered ext4-writeback late-removals",
		},
	} {
		var found []string
		for _, profile := range faultfs.Profiles() {
			fs, wrong := faultfs.New(faultfs.Options{}), false
			test.run(fs)
			outcomesOf(faultfs.Model{Profile: profile}, fs, func(v view) string {
				is := test.wrong(v)
				wrong = wrong || is
				return ""
			})
			if wrong {
				found = append(found, profile.Name)
			}
		}
		assert.Equal(t, test.found, strings.Join(found, " "), test.name)
	}
}

// A sync of another file makes a truncation durable. What it freed must not come back, although it is still pending.
func TestATruncationSyncedThroughAnotherFileIsFinal(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"ext4-ordered", "ext4-writeback", "xfs"} {
		l := &lab{t, faultfs.New(faultfs.Options{})}
		f := l.durable("f", 'o', 512)
		l.write(f, 'n', 512, 512)
		l.ok(f.Truncate(512))
		l.sync(l.create("g"))
		l.ok(f.Truncate(1024))
		got := outcomesOf(modelNamed(t, profile), l.fs, everything)
		require.Equal(t, set{"/f=o512 /g=": true, "/f=o512+.512 /g=": true}, got, profile)
	}
}

// What the first crash left open does not belong to the recovery's journal, so the recovery's syncs settle nothing of
// it.
func TestSyncsDuringRecoverySettleNothingOfTheFirstCrash(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"ext4-ordered", "ext4-journal", "xfs", "btrfs"} {
		model, got := modelNamed(t, profile), set{}
		fs := faultfs.New(faultfs.Options{})
		create(t, fs, "a")
		search(faultfs.NewTimeline(fs, model, 0).Advance(fs.Now()), func(img *faultfs.FS) {
			must(create(t, img, "b").Sync())
			now := img.Now()
			search(faultfs.NewTimeline(img, model, now).Advance(now), func(again *faultfs.FS) { got[everything(fsView{again})] = true })
		})
		require.Equal(t, set{"/b=": true, "/a= /b=": true}, got, profile)
	}
}
