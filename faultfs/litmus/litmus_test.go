package litmus_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// The model leaves exactly what the files list, for every program under every profile.
func TestModelAndFilesAgree(t *testing.T) {
	t.Parallel()
	for _, p := range litmus.Programs() {
		for _, profile := range faultfs.Profiles() {
			t.Run(p.ID+"/"+profile.Name, func(t *testing.T) {
				t.Parallel()
				v, err := litmus.Check(p, profile)
				require.NoError(t, err)
				require.Empty(t, v.Missing, "listed in the file, but the model never leaves it")
				require.Empty(t, v.Extra, "left by the model, but not listed in the file")
			})
		}
	}
}

// The suite is L01 to L77, and each file covers every profile and no other.
func TestSuiteIsComplete(t *testing.T) {
	t.Parallel()
	var profiles []string
	for _, p := range faultfs.Profiles() {
		profiles = append(profiles, p.Name)
	}
	for i, p := range litmus.Programs() {
		require.Equal(t, fmt.Sprintf("L%02d", i+1), p.ID)
		require.ElementsMatch(t, profiles, p.Profiles(), p.ID)
	}
	require.Len(t, litmus.Programs(), 77)
}

// Whatever a filesystem may leave, fsync(2) allows. There are two exceptions: btrfs syncs directories one by one, which
// is allowed where renames split; and data=writeback may show stale blocks where others show zeros, and new bytes in a
// file that was to be truncated first. fsync(2) says nothing about what a program observes.
func TestFilesystemsAreStricterThanFsyncPromises(t *testing.T) {
	t.Parallel()
	for _, p := range litmus.Programs() {
		legal, _ := p.Allowed("posix-min")
		split, err := litmus.ModelOn(p, faultfs.Model{Device: faultfs.Device{RenameSplit: true}})
		require.NoError(t, err)
		require.Empty(t, legal.Without(split), p.ID)
		for _, profile := range p.Profiles() {
			outcomes, _ := p.Allowed(profile)
			for _, outcome := range outcomes {
				if strings.Contains(outcome, "|") {
					continue
				}
				if reuses := outcome == "/f=n100" || outcome == "/f=?100"; reuses && profile == "ext4-writeback" {
					continue // the block is reused before the truncation that frees it is committed
				}
				if profile == "btrfs" {
					require.True(t, split.Has(outcome), "%s: %s", p.ID, outcome)
					continue
				}
				if profile == "ext4-writeback" {
					outcome = canonical(t, strings.ReplaceAll(outcome, "?", "."))
				}
				require.True(t, legal.Has(outcome), "%s under %s: %s", p.ID, profile, outcome)
			}
		}
	}
}

// canonical writes an outcome in the form of a parsed file.
func canonical(t *testing.T, outcome string) string {
	t.Helper()
	p := parse(t, strings.Replace(small, "  nothing\n  /f=n600\n", "  "+outcome+"\n", 1))
	all, _ := p.Allowed("posix-min")
	return all[0]
}

// A file that lists one outcome too few or too many is detected, for every program under every profile.
func TestWrongFilesAreDetected(t *testing.T) {
	t.Parallel()
	for _, p := range litmus.Programs() {
		for _, profile := range faultfs.Profiles() {
			model, err := litmus.Model(p, profile)
			require.NoError(t, err)
			for i, outcome := range model {
				less := append(append(litmus.Set{}, model[:i]...), model[i+1:]...)
				require.Equal(t, litmus.Set{outcome}, model.Without(less))
			}
			require.NotEmpty(t, model)
		}
	}
	for name, test := range map[string]struct{ old, replacement, missing, extra string }{
		"one too few":   {"  /f=n600\n", "", "", "/f=n600"},
		"one too many":  {"  /f=n600\n", "  /f=n600\n  /f=o600\n", "/f=o600", ""},
		"another one":   {"  /f=n600\n", "  /f=n599\n", "/f=n599", "/f=n600"},
		"nothing there": {"  nothing\n", "", "", "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, strings.Replace(small, test.old, test.replacement, 1))
			v, err := litmus.Check(p, faultfs.PosixMin())
			require.NoError(t, err)
			require.False(t, v.Right())
			require.Equal(t, test.missing, strings.Join(v.Missing, " "))
			require.Equal(t, test.extra, strings.Join(v.Extra, " "))
			r, err := litmus.CheckAll([]litmus.Program{p}, []faultfs.Profile{faultfs.PosixMin()})
			require.NoError(t, err)
			require.Equal(t, 1, r.Wrong)
		})
	}
	v, err := litmus.Check(parse(t, small), faultfs.LoseAll())
	require.NoError(t, err)
	require.Equal(t, litmus.Set{"nothing"}, v.Extra, "the file does not mention the profile")
}

// A program without a power cut leaves on the operating system's disk what lose-none says.
func TestProgramsRunOnTheOperatingSystem(t *testing.T) {
	t.Parallel()
	for _, p := range litmus.Programs() {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			disk := litmus.Dir(t.TempDir())
			require.NoError(t, p.Setup(disk))
			seen, err := p.Run(disk)
			if slices.ContainsFunc(p.Steps, func(s litmus.Step) bool { return s.Verb == "failed-fsync" }) {
				require.ErrorIs(t, err, litmus.ErrUnsupported, "no disk here can be made to fail")
				return
			}
			require.NoError(t, err)
			state, err := litmus.State(disk)
			require.NoError(t, err)
			want, _ := p.Allowed("lose-none")
			require.Equal(t, want, litmus.Set{litmus.Outcome(seen, state)})
		})
	}
}

// Every kind of step does the same on the model as on the operating system's disk.
func TestEveryStepDoesTheSameOnBothDisks(t *testing.T) {
	t.Parallel()
	p := parse(t, `id: L99
title: every step
source: none
setup:
  mkdir d
  mkdir gone
  create d/a
  write d/a o 0 10
program:
  open d/a
  append d/a n 5
  write d/a m 2 3
  truncate d/a 12
  fsync d/a
  fdatasync d/a
  fsync-dir d
  read d/a
  try-fsync d/a
  close d/a
  open-sync d/a
  link d/a b
  rename d/a c
  symlink c s
  create e
  unlink e
  rmdir gone
lose-none:
  read:o2+m3+o5+n2 fsync:ok | /b=o2+m3+o5+n2 /c=o2+m3+o5+n2 /d/ /s->c
`)
	want, _ := p.Allowed("lose-none")
	model, err := litmus.Model(p, faultfs.LoseNone())
	require.NoError(t, err)
	require.Equal(t, want, model)
	disk := litmus.Dir(t.TempDir())
	require.NoError(t, p.Setup(disk))
	seen, err := p.Run(disk)
	require.NoError(t, err)
	state, err := litmus.State(disk)
	require.NoError(t, err)
	require.Equal(t, want, litmus.Set{litmus.Outcome(seen, state)})
}

// A step that fails ends the program and says where.
func TestFailingStepsSayWhere(t *testing.T) {
	t.Parallel()
	p := parse(t, strings.Replace(small, "  fsync f\n", "  fsync f\n  rename g h\n", 1))
	_, err := litmus.Model(p, faultfs.PosixMin())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "L99: line 8: rename: ")
}

func TestStateShowsBytesThatAreNotLetters(t *testing.T) {
	t.Parallel()
	disk := faultfs.New(faultfs.Options{})
	f, err := disk.Create("f")
	require.NoError(t, err)
	_, err = f.Write([]byte("aa\x00\x00\x00#$%b0"))
	require.NoError(t, err)
	state, err := litmus.State(disk)
	require.NoError(t, err)
	require.Equal(t, "/f=a2+.3+?3+b1+?1", state)
}
