package crash_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/crash"
	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

const (
	dir  trace.Ino = 2
	file trace.Ino = 3
	old  trace.Ino = 4
)

// create creates a file or directory in the root.
func create(tick uint64, ino trace.Ino, name string, isDir bool) trace.Op {
	return trace.Op{
		Tick: tick, Kind: trace.OpCreate, Ino: ino, Dir: isDir,
		Edits: []trace.Edit{{Parent: trace.Root, Name: name, Ino: ino, Dir: isDir}},
	}
}

// rename moves file from the name a in the root to the name b in a directory.
func rename(tick uint64, to, victim trace.Ino) trace.Op {
	return trace.Op{
		Tick: tick, Kind: trace.OpRename, Ino: file, Victim: victim,
		Edits: []trace.Edit{{Parent: trace.Root, Name: "a"}, {Parent: to, Name: "b", Ino: file}},
	}
}

// link gives file the name b in a directory.
func link(tick uint64, in trace.Ino) trace.Op {
	return trace.Op{Tick: tick, Kind: trace.OpLink, Ino: file, Edits: []trace.Edit{{Parent: in, Name: "b", Ino: file}}}
}

func syncOf(tick uint64, ino trace.Ino, isDir bool) trace.Op {
	return trace.Op{Tick: tick, Kind: trace.OpSync, Ino: ino, Dir: isDir}
}

func write(tick uint64, ino trace.Ino, text string) trace.Op {
	return trace.Op{Tick: tick, Kind: trace.OpWrite, Ino: ino, Data: []byte(text), Size: int64(len(text))}
}

// Each row is one part of the rules for a rename, with every disk that a power cut after the last operation may leave.
func TestTheRuleForARename(t *testing.T) {
	t.Parallel()
	durable := []trace.Op{create(1, file, "a", false), syncOf(2, trace.Root, true)}
	for _, row := range []struct {
		name, under string
		ops         []trace.Op
		want        []string
	}{
		{
			"the file has the old name or the new one, never both or neither", "posix-min",
			slices.Concat(durable, []trace.Op{rename(3, trace.Root, 0)}),
			[]string{"a=3", "b=3"},
		},
		{
			"a file that is overwritten is there or gone with the name", "posix-min",
			slices.Concat(durable, []trace.Op{
				create(3, old, "b", false), syncOf(4, trace.Root, true), rename(5, trace.Root, old),
			}),
			[]string{"a=3 b=4", "b=3"},
		},
		{
			"the new name does not appear in a directory that may be lost without the directory", "posix-min",
			slices.Concat(durable, []trace.Op{
				create(3, dir, "d", true), rename(4, dir, 0), syncOf(5, dir, true),
			}),
			[]string{"d=2 d/b=3"},
		},
		{
			"a sync of the file does not promise its name", "posix-min",
			slices.Concat(durable, []trace.Op{rename(3, trace.Root, 0), syncOf(4, file, false)}),
			[]string{"a=3", "b=3"},
		},
		{
			"a journaling filesystem makes the name durable with the file", "ext4-ordered",
			slices.Concat(durable, []trace.Op{rename(3, trace.Root, 0), syncOf(4, file, false)}),
			[]string{"b=3"},
		},
		{
			"the new name may show an empty file", "posix-min",
			slices.Concat(durable, []trace.Op{
				create(3, old, "b", false), syncOf(4, trace.Root, true), write(5, file, "new"),
				rename(6, trace.Root, old), syncOf(7, trace.Root, true),
			}),
			[]string{"b=3 0 bytes", "b=3 3 bytes"},
		},
		{
			"with auto_da_alloc the rename waits for the size of the file", "ext4-ordered",
			slices.Concat(durable, []trace.Op{
				create(3, old, "b", false), syncOf(4, trace.Root, true), write(5, file, "new"),
				rename(6, trace.Root, old), syncOf(7, trace.Root, true),
			}),
			[]string{"b=3 3 bytes"},
		},
		{
			"btrfs makes the new name durable with its directory, and not the removal of the old one", "btrfs",
			slices.Concat(durable, []trace.Op{
				create(3, dir, "d", true), syncOf(4, trace.Root, true), rename(5, dir, 0), syncOf(6, dir, true),
			}),
			[]string{"a=3 d=2 d/b=3", "d=2 d/b=3"},
		},
		{
			"on btrfs, an unsynced rename is also a single step", "btrfs",
			slices.Concat(durable, []trace.Op{create(3, dir, "d", true), syncOf(4, trace.Root, true), rename(5, dir, 0)}),
			[]string{"a=3 d=2", "d=2 d/b=3"},
		},
		{
			"a filesystem that splits renames may be cut between the halves, the new name first", "posix-min rename-split",
			slices.Concat(durable, []trace.Op{create(3, dir, "d", true), syncOf(4, trace.Root, true), rename(5, dir, 0)}),
			[]string{"a=3 d=2", "a=3 d=2 d/b=3", "d=2 d/b=3"},
		},
		{
			"a split rename is durable only after a sync of both directories", "posix-min rename-split",
			slices.Concat(durable, []trace.Op{
				create(3, dir, "d", true), syncOf(4, trace.Root, true), rename(5, dir, 0), syncOf(6, dir, true),
				syncOf(7, trace.Root, true),
			}),
			[]string{"d=2 d/b=3"},
		},
		{
			"a link follows an earlier one, even if a removal in between was made durable alone", "posix-min rename-split",
			slices.Concat(durable, []trace.Op{
				create(3, dir, "d", true), syncOf(4, trace.Root, true), link(5, dir),
				{Tick: 6, Kind: trace.OpRemove, Ino: file, Victim: file, Edits: []trace.Edit{{Parent: trace.Root, Name: "a"}}},
				syncOf(7, trace.Root, true), link(8, trace.Root),
			}),
			[]string{"b=3 d=2 d/b=3", "d=2", "d=2 d/b=3"},
		},
		{
			"under late-removals a rename is lost unless it was synced", "late-removals",
			slices.Concat(durable, []trace.Op{rename(3, trace.Root, 0)}),
			[]string{"a=3"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, disksAfter(t, row.under, row.ops))
		})
	}
}

// disksAfter returns every disk that a power cut after the ops can leave, by losing each subset of what is pending.
func disksAfter(t *testing.T, under string, ops []trace.Op) []string {
	t.Helper()
	profile, device, _ := strings.Cut(under, " ")
	p, err := model.ProfileNamed(profile)
	require.NoError(t, err)
	d, err := model.ParseDevice(device)
	require.NoError(t, err)
	point := crash.NewTimeline(ops, disk.New(), model.Model{Profile: p, Device: d}).Advance(ops[len(ops)-1].Tick)
	written := slices.ContainsFunc(ops, func(op trace.Op) bool { return op.Kind == trace.OpWrite })
	var all []string
	for answers := range uint64(1 << point.Pending()) {
		var lost []uint64
		for i, op := range point.Ops() {
			if answers>>i&1 == 0 {
				lost = append(lost, op.ID)
			}
		}
		img := point.Image(crash.ImageOptions{Chooser: point.Losing(lost), Limit: 12, Now: new(atomic.Uint64)})
		if text := describe(&point, img, written); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}

// describe lists the names on the disk and, if sized, the length of the file.
func describe(p *crash.Point, img *crash.Image, sized bool) (text string) {
	add := func(parent trace.Ino, path, name string) {
		if e := img.Name(parent, name, p.Disk().Names(parent)[name]); e.Ino != 0 {
			text += fmt.Sprintf(" %s=%d", path, e.Ino)
		}
	}
	add(trace.Root, "a", "a")
	add(trace.Root, "b", "b")
	add(trace.Root, "d", "d")
	add(dir, "d/b", "b")
	if l := img.Leftover(file); sized {
		content := &disk.Content{}
		if durable := p.Disk().Content(file); durable != nil {
			content = durable.Fork()
		}
		if l != nil {
			img.Resize(l, content)
		}
		text += fmt.Sprintf(" %d bytes", content.Size())
	}
	return text[1:]
}
