package crash_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// exchange exchanges file, which has the name a in the root, with old, which has the name b in a directory.
func exchange(tick uint64, with trace.Ino) trace.Op {
	return trace.Op{
		Tick: tick, Kind: trace.OpExchange, Ino: file, Victim: old,
		Edits: []trace.Edit{{Parent: trace.Root, Name: "a", Ino: old}, {Parent: with, Name: "b", Ino: file}},
	}
}

// in returns an op that is about the name b in dir instead of in the root.
func in(dir trace.Ino, op trace.Op) trace.Op {
	op.Edits[0].Parent = dir
	return op
}

// Each row is one part of the rules for an exchange, with every disk that a power cut after the last operation may leave.
func TestTheRuleForAnExchange(t *testing.T) {
	t.Parallel()
	beside := []trace.Op{create(1, file, "a", false), create(2, old, "b", false), syncOf(3, trace.Root, true)}
	across := []trace.Op{
		create(1, file, "a", false), create(2, dir, "d", true), syncOf(3, trace.Root, true),
		in(dir, create(4, old, "b", false)), syncOf(5, dir, true),
	}
	for _, row := range []struct {
		name, under string
		ops         []trace.Op
		want        []string
	}{
		{
			"both files have their old names or both have their new ones", "posix-min",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root)}),
			[]string{"a=3 b=4", "a=4 b=3"},
		},
		{
			"a sync of the directory makes it durable", "posix-min",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root), syncOf(7, trace.Root, true)}),
			[]string{"a=4 b=3"},
		},
		{
			"a sync of a file does not promise its name", "posix-min",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root), syncOf(7, file, false), syncOf(8, old, false)}),
			[]string{"a=3 b=4", "a=4 b=3"},
		},
		{
			"a journaling filesystem makes it durable with the first file", "xfs",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root), syncOf(7, file, false)}),
			[]string{"a=4 b=3"},
		},
		{
			"or with the second", "btrfs",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root), syncOf(7, old, false)}),
			[]string{"a=4 b=3"},
		},
		{
			"it waits for the size of neither file", "ext4-ordered",
			slices.Concat(beside, []trace.Op{write(5, file, "new"), exchange(6, trace.Root), syncOf(7, trace.Root, true)}),
			[]string{"a=4 b=3 0 bytes", "a=4 b=3 3 bytes"},
		},
		{
			"across directories it is one step, too", "posix-min",
			slices.Concat(across, []trace.Op{exchange(6, dir)}),
			[]string{"a=3 d=2 d/b=4", "a=4 d=2 d/b=3"},
		},
		{
			"across directories a sync of either makes it durable", "posix-min",
			slices.Concat(across, []trace.Op{exchange(6, dir), syncOf(7, dir, true)}),
			[]string{"a=4 d=2 d/b=3"},
		},
		{
			"also on btrfs, which commits a directory that something was moved out of", "btrfs",
			slices.Concat(across, []trace.Op{exchange(6, dir), syncOf(7, dir, true)}),
			[]string{"a=4 d=2 d/b=3"},
		},
		{
			"it does not move a file into a directory that may be lost", "posix-min",
			[]trace.Op{
				create(1, file, "a", false), syncOf(2, trace.Root, true), create(3, dir, "d", true),
				in(dir, create(4, old, "b", false)), exchange(5, dir), syncOf(6, dir, true),
			},
			[]string{"a=4 d=2 d/b=3"},
		},
		{
			"a filesystem that splits renames may be cut between the halves", "posix-min rename-split",
			slices.Concat(across, []trace.Op{exchange(6, dir)}),
			[]string{"a=3 d=2 d/b=3", "a=3 d=2 d/b=4", "a=4 d=2 d/b=3"},
		},
		{
			"there, a sync of one directory leaves the other half pending", "ext4-ordered rename-split",
			slices.Concat(across, []trace.Op{exchange(6, dir), syncOf(7, dir, true)}),
			[]string{"a=3 d=2 d/b=3", "a=4 d=2 d/b=3"},
		},
		{
			"it is durable after a sync of both", "posix-min rename-split",
			slices.Concat(across, []trace.Op{exchange(6, dir), syncOf(7, dir, true), syncOf(8, trace.Root, true)}),
			[]string{"a=4 d=2 d/b=3"},
		},
		{
			"there, a later name of either file follows both halves", "posix-min rename-split",
			slices.Concat(across, []trace.Op{exchange(6, dir), {
				Tick: 7, Kind: trace.OpLink, Ino: old, Edits: []trace.Edit{{Parent: trace.Root, Name: "b", Ino: old}},
			}}),
			[]string{"a=3 d=2 d/b=3", "a=3 d=2 d/b=4", "a=4 b=4 d=2 d/b=3", "a=4 d=2 d/b=3"},
		},
		{
			"within a directory it is not split", "posix-min rename-split",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root)}),
			[]string{"a=3 b=4", "a=4 b=3"},
		},
		{
			"under late-removals it is lost unless it was synced", "late-removals",
			slices.Concat(beside, []trace.Op{exchange(6, trace.Root)}),
			[]string{"a=3 b=4"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, disksAfter(t, row.under, row.ops))
		})
	}
}
