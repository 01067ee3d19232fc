package faultfs_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// diskFaults are the faults of a failing disk, one at a time. evict occurs more often, because it needs an earlier failure.
var diskFaults = []string{
	"failed sync", "failed sync as=ext4-ordered", "failed sync as=ext4-journal", "failed sync as=xfs",
	"failed sync as=btrfs", "failed writeback", "failed writeback as=ext4-ordered", "failed writeback as=ext4-journal",
	"failed writeback as=xfs", "failed writeback as=btrfs", "failed any", "failed any as=btrfs", "evict read",
	"evict read", "evict read", "lost sync", "eio any", "eintr any", "readonly any", "short write", "short read", "stale write",
	"bitflip write seed=1", "bitflip read", "enospc any", "emfile open",
}

// faulty returns a program whose disk has every fault.
func faulty(fs *faultfs.FS, seed uint64, letter byte) *program {
	p := newProgram(fs, seed, letter)
	p.faults = diskFaults
	return p
}

// faultyTrace runs a program on a faulty disk until enough is pending.
func faultyTrace(t *testing.T, seed uint64, most, steps int) *faultfs.FS {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	p := faulty(fs, seed, '@')
	end := uint64(0)
	for range steps {
		p.step()
		if newOracle(fs.Trace(), fs.Now()).pending() > most {
			break
		}
		end = fs.Now()
	}
	return faultfs.Recorded(upTo(fs.Trace(), end))
}

// Under every fault, each profile allows no more than posix-min. A failure that imitates a filesystem is used with that
// filesystem's profile: what another profile has made durable by then, posix-min may lose for good.
func TestFaultsUnderEveryProfile(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	states := 0
	for _, profile := range faultfs.Profiles() {
		if profile.Name == "lose-none" || profile.Name == "ext4-writeback" {
			continue // a failure that keeps bytes which the disk lacks, on a model that shows bytes which nobody wrote
		}
		for seed := range uint64(100) {
			fs := faultfs.New(faultfs.Options{})
			p := faulty(fs, seed+40_000, '@')
			p.faults = slices.DeleteFunc(slices.Clone(diskFaults), func(rule string) bool {
				return strings.Contains(rule, "as=") && !strings.HasSuffix(rule, "as="+profile.Name)
			})
			for range 30 {
				before := fs.Now()
				p.step()
				if newOracle(fs.Trace(), fs.Now()).pending() > 8 {
					fs = faultfs.Recorded(upTo(fs.Trace(), before))
					break
				}
			}
			all := outcomes(fs, everything)
			point := faultfs.NewTimeline(fs, faultfs.Model{Profile: profile}, 0).Advance(fs.Now())
			search(point, func(img *faultfs.FS) {
				seen := everything(fsView{img})
				require.True(t, all[seen], "%s, seed %d: %s\n%s", profile.Name, seed, seen, describe(fs.Trace()))
				states++
			})
		}
	}
	require.Greater(t, states, 1000, "the traces have too few states to prove anything")
}

// Whatever the disk does, a restarted process reads what the killed one read: the page cache and the model of the disk agree.
func TestMemoryAndDiskAgreeUnderEveryFault(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	kinds := map[string]uint64{}
	for seed := range uint64(300) {
		fs := faultfs.New(faultfs.Options{})
		p := faulty(fs, seed, '@')
		p.faults = append([]string{"misplaced write seed=3", "enospc any bytes=40960"}, diskFaults...)
		for range 120 {
			p.step()
		}
		img, err := fs.Crash(fs.Now(), faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
		require.NoError(t, err)
		require.Equal(t, everything(fsView{fs}), everything(fsView{img}), "seed %d\n%s", seed, describe(fs.Trace()))
		for _, op := range fs.Trace() {
			if op.Fault != faultfs.NoEffect {
				kinds[op.Fault.String()+" as "+op.As.String()]++
			}
		}
	}
	for _, kind := range []string{
		"eio as any", "enospc as any", "short as any", "lost as any", "failed as any", "failed as ext4-ordered",
		"failed as ext4-journal", "failed as xfs", "failed as btrfs", "bitflip as any", "eintr as any", "readonly as any",
		"emfile as any", "stale as any", "misplaced as any", "evict as any",
	} {
		require.Greater(t, kinds[kind], uint64(20), kind)
	}
}

// Under every fault the search reaches exactly the states that brute force says.
func TestFaultsAndCrashes(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	states := 0
	for seed := range uint64(250) {
		fs := faultyTrace(t, seed, brutePending, 30)
		want := set{}
		newOracle(fs.Trace(), fs.Now()).images(func(s *state) { want[everything(s)] = true })
		require.Empty(t, want.differs(outcomes(fs, everything)), "seed %d\n%s", seed, describe(fs.Trace()))
		states += len(want)
	}
	t.Logf("%d states", states)
	require.Greater(t, states, 2500, "the traces have too few states to prove anything")
}

// Under every fault, before the first crash and in the recovery from it, a crash during recovery leaves what brute
// force says.
func TestFaultsAndCrashesDuringRecovery(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	pairs := 0
	for seed := range uint64(80) {
		fs := faultyTrace(t, seed+30_000, nestedPending, 30)
		pairs += nested(t, faultfs.Model{}, fs, seed, func(fs *faultfs.FS) {
			p := faulty(fs, seed, 'a')
			for range nestedSteps {
				p.step()
			}
		})
	}
	t.Logf("%d states", pairs)
	require.Greater(t, pairs, 1300, "the traces have too few states to prove anything")
}

// A disk that loses syncs, at random or from some moment on, loses what those syncs covered and keeps what the others covered.
// The same holds again when the recovery is crashed.
func TestLostSyncs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule func(now uint64) string
		want string // of ten syncs: x for one that was lost
	}{
		{func(now uint64) string { return fmt.Sprintf("lost sync after=%d", now+8) }, "....xxxxxx"},
		{func(uint64) string { return "lost sync from=4" }, "...xxxxxxx"},
		{func(uint64) string { return "lost sync prob=0.5 seed=2" }, ""},
		{func(uint64) string { return "lost sync b" }, ".........."},
	} {
		l := &lab{t, faultfs.New(faultfs.Options{})}
		l.durable("f", 'o', 10)
		for session := range 2 { // the second session is the recovery from what the first one left
			f, err := l.fs.OpenFile("f", os.O_RDWR, 0)
			l.ok(err)
			rule := test.rule(l.fs.Now())
			l.rules(rule)
			pattern, first := "", l.fs.Trace()
			for i := range 10 {
				l.write(f, byte('a'+10*session+i), 0, 10)
				l.sync(f)
				pattern += "."
				if ops := l.fs.Trace(); ops[len(ops)-1].Fault == faultfs.LostSync {
					pattern = pattern[:i] + "x"
				}
			}
			l.fs.SetRules()
			if test.want == "" {
				require.Contains(t, pattern, "x.", rule)
				require.Contains(t, pattern, ".x", rule)
			} else {
				require.Equal(t, test.want, pattern, rule)
			}
			want := set{}
			for i := max(0, strings.LastIndex(pattern, ".")); i < 10; i++ {
				want[fmt.Sprintf("/f=%c10", 'a'+10*session+i)] = true
			}
			got := set{}
			search(faultfs.NewTimeline(l.fs, faultfs.Model{}, l.fs.Now()).Advance(l.fs.Now()), func(img *faultfs.FS) {
				got[everything(fsView{img})] = true
			})
			require.Empty(t, want.differs(got), "%s, session %d\n%s", rule, session, describe(l.fs.Trace()[len(first):]))
			l.fs, err = l.fs.Crash(l.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{})
			l.ok(err)
		}
	}
}
