package provoked

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// killed kills a session at each of its operations, while the machine keeps running: what the session has done is there, but
// need not be durable. Then the store is opened again and used, and the power is cut before each sync of this second
// session, when most may be lost, and at its end. Whatever is left must open and show every commit that was synced in either
// session.
func killed() error {
	for n := 1; ; n++ {
		ended, err := killedAt(n)
		if err != nil {
			return fmt.Errorf("a session is killed at operation %d, and the power is cut in the next one: %w", n, err)
		}
		if ended {
			return nil
		}
	}
}

// killedAt kills a session at its n-th operation. It reports whether the session ended before.
func killedAt(n int) (ended bool, err error) {
	disk, pairs, err := killedBefore()
	if err != nil {
		return false, err
	}
	err = killedSession(&process{Fs: disk, left: n}, "first", pairs)
	if !errors.Is(err, errKilled) {
		return err == nil, err
	}
	begin, found := disk.Now(), maps.Clone(pairs)
	if err := killedSession(&process{Fs: disk, left: -1}, "second", pairs); err != nil {
		return false, wrong("the store does not work after a kill: %w", err)
	}
	end := disk.Now()
	for _, tick := range append(beforeSyncs(disk, begin), end) {
		cut := torture.PowerCut{
			Disk: disk, Model: faultfs.Model{Profile: faultfs.PosixMin()}, Tick: tick, Since: begin,
			Holds: func(left *faultfs.FS, tick uint64) error {
				if tick < end {
					return survives(left, found)
				}
				return survives(left, pairs)
			},
		}
		if err := cut.CheckAll(); err != nil {
			return false, err
		}
	}
	return false, nil
}

// beforeSyncs returns the ticks before each sync from a tick on.
func beforeSyncs(disk *faultfs.FS, begin uint64) (ticks []uint64) {
	for _, op := range disk.Trace() {
		if op.Kind == faultfs.OpSync && op.Tick > begin {
			ticks = append(ticks, op.Tick-1)
		}
	}
	return ticks
}

// killedBefore returns a disk with a store on which everything is durable. Two of its commits are in a log, the others in
// tables.
func killedBefore() (disk *faultfs.FS, pairs map[string]string, err error) {
	disk, pairs = newDisk(), map[string]string{}
	return disk, pairs, killedSession(&process{Fs: disk, left: -1}, "before", pairs)
}

// killedSession makes a few commits, and flushes in between. Each change of its files begins another manifest.
func killedSession(fsys afero.Fs, name string, pairs map[string]string) error {
	o := options(fsys, true)
	o.Limits.ManifestBytes, o.Limits.ManifestGrowth = 1, 1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := range 4 {
		if i == 2 {
			err = errors.Join(err, db.Flush())
		}
		k := fmt.Sprint(name, i)
		if err == nil {
			err = db.Put([]byte(k), value(i), engine.Sync)
		}
		if err == nil {
			pairs[k] = string(value(i))
		}
	}
	return errors.Join(err, db.Close())
}

// errKilled is what a process gets from every operation once it is killed. No one sees what it does with it.
var errKilled = errors.New("provoked: killed")

// process is the filesystem as a process sees it that is killed instead of its last operation.
type process struct {
	afero.Fs
	left int // operations until then; negative: it is never killed
}

// operate must precede every operation that changes the disk, which must not be done if it returns an error.
func (p *process) operate() error {
	if p.left > 0 {
		p.left--
	}
	if p.left == 0 {
		return errKilled
	}
	return nil
}

func (p *process) OpenFile(name string, flag int, perm fs.FileMode) (afero.File, error) {
	if flag&os.O_CREATE > 0 {
		if err := p.operate(); err != nil {
			return nil, err
		}
	}
	f, err := p.Fs.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &openIn{f, p}, nil
}

func (p *process) Open(name string) (afero.File, error) {
	f, err := p.Fs.Open(name)
	if err != nil {
		return nil, err
	}
	return &openIn{f, p}, nil
}

func (p *process) Remove(name string) error {
	if err := p.operate(); err != nil {
		return err
	}
	return p.Fs.Remove(name)
}

// openIn is a file that a process has open.
type openIn struct {
	afero.File
	in *process
}

func (f *openIn) Write(b []byte) (int, error) {
	if err := f.in.operate(); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}

func (f *openIn) WriteAt(b []byte, off int64) (int, error) {
	if err := f.in.operate(); err != nil {
		return 0, err
	}
	return f.File.WriteAt(b, off)
}

func (f *openIn) Sync() error {
	if err := f.in.operate(); err != nil {
		return err
	}
	return f.File.Sync()
}
