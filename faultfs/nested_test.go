package faultfs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

const (
	nestedTraces  = 150
	nestedPending = 6 // at the first crash
	nestedSteps   = 5 // of the recovery
)

// recovery runs a random program on what a crash left. The same seed does the same on the same disk.
func recovery(fs *faultfs.FS, seed uint64) {
	p := newProgram(fs, seed, 'a')
	for range nestedSteps {
		p.step()
	}
}

// A crash of a crash image, at each of its operations, leaves exactly what brute force says: for every closed subset
// of the first crash, the recovery on that disk and every closed subset of what the recovery had pending.
func TestNestedSearchReachesExactlyTheSubsetsOfSubsets(t *testing.T) {
	t.Parallel()
	pairs := 0
	for seed := range uint64(nestedTraces) {
		fs := trace(t, seed+10_000, nestedPending)
		want, got := map[uint64]set{}, map[uint64]set{}
		seen := set{}
		newOracle(fs.Trace(), fs.Now()).images(func(s *state) {
			if id := s.identity(); !seen[id] {
				seen[id] = true
				crashRecoveryOn(t, s, seed, want)
			}
		})
		search(faultfs.NewTimeline(fs, 0).Advance(fs.Now()), func(img *faultfs.FS) {
			recovery(img, seed)
			for tick := range img.Now() + 1 {
				point := faultfs.NewTimeline(img, tick).Advance(tick)
				search(point, func(second *faultfs.FS) { add(got, tick, everything(fsView{second})) })
			}
		})
		require.Len(t, got, len(want), "seed %d", seed)
		for tick := range want {
			require.Empty(t, want[tick].differs(got[tick]), "seed %d tick %d of the recovery\n%s",
				seed, tick, describe(fs.Trace()))
			pairs += len(want[tick])
		}
	}
	t.Logf("%d states", pairs)
	require.Greater(t, pairs, nestedTraces*20, "the traces are too tame to prove anything")
}

func add(to map[uint64]set, tick uint64, seen string) {
	if to[tick] == nil {
		to[tick] = set{}
	}
	to[tick][seen] = true
}

// crashRecoveryOn runs the recovery on a fresh disk with the given content and adds what its crashes leave.
func crashRecoveryOn(t *testing.T, s *state, seed uint64, want map[uint64]set) {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	first := map[faultfs.Ino]string{}
	for _, path := range s.paths() {
		at, _ := s.find(path)
		switch linked, ok := first[at.Ino]; {
		case strings.HasSuffix(path, "/"):
			require.NoError(t, fs.Mkdir(path, 0o777))
		case ok:
			require.NoError(t, fs.Link(linked, path))
		default:
			first[at.Ino] = path
			f := create(t, fs, path)
			_, err := f.WriteAt(s.files[at.Ino], 0)
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}
	}
	syncAll(t, fs)
	mounted := fs.Now()
	recovery(fs, seed)
	for tick := mounted; tick <= fs.Now(); tick++ {
		newOracle(fs.Trace(), tick).images(func(s *state) { add(want, tick-mounted, everything(s)) })
	}
}
