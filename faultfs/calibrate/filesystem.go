package calibrate

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// Filesystem is a real filesystem and the profile of the model that it is compared with.
type Filesystem struct {
	kernelfs.Filesystem
	Profile      string   // its name in faultfs
	Variants     []string // additional mount options to run programs with
	JournalsData bool     // file data is written to a journal first
}

func (f Filesystem) String() string { return f.Profile }

// Filesystems returns all filesystems.
func Filesystems() []Filesystem {
	ext4 := func(mode string, variants ...string) Filesystem {
		return Filesystem{
			Filesystem: kernelfs.Ext4(mode, 64<<20), Profile: "ext4-" + mode, JournalsData: mode == "journal",
			Variants: append([]string{""}, variants...),
		}
	}
	return []Filesystem{
		ext4("ordered", eager), ext4("writeback", eager), ext4("journal"),
		{Filesystem: kernelfs.XFS(320 << 20), Profile: "xfs", Variants: []string{""}},
		{Filesystem: kernelfs.Btrfs(256 << 20), Profile: "btrfs", Variants: []string{"", outOfLine}},
	}
}

// eager makes ext4 behave as before delayed allocation: a write gets its blocks at once, and they are valid at once.
const eager = "nodelalloc,dioread_lock"

// outOfLine makes btrfs treat small files like large ones, with their bytes outside its metadata.
const outOfLine = "max_inline=0"

// optionsFor returns the additional options with which a filesystem is mounted for a program.
func (f Filesystem) optionsFor(p *litmus.Program) []string {
	if fails(p) && f.Type == "btrfs" {
		return []string{outOfLine} // otherwise the disk could not refuse only its bytes
	}
	return f.Variants
}

// fails reports whether a program makes the disk fail.
func fails(p *litmus.Program) bool {
	return slices.ContainsFunc(p.Steps, func(s litmus.Step) bool { return s.Verb == "failed-fsync" })
}
