package engine

import (
	"errors"
	"fmt"
	"slices"
)

// CheckpointInfo tells of a checkpoint.
type CheckpointInfo struct {
	Dir         string
	Files       int
	CopiedBytes int64 // what was not linked
}

// Checkpoint makes a store of its own in dir, which must be empty or missing, of everything acknowledged before the
// call, perhaps with commits that come meanwhile, and of no half commit. Tables and blob files are hard links if the
// filesystem has them, and copies else; the rest is written anew. When it returns nil, the new store is durable.
// Commits wait for one sync, no longer.
//
// What is in tables and blob files is not checked: damage is copied as it is. Verify, of either store, finds it. A
// poisoned store is refused. Its directory, closed and opened again with Options.ReadOnly, can be copied.
//
// The error is ErrTargetNotEmpty, ErrPoisoned, ErrClosed, ErrCorrupt or one of the filesystem. After it, or after a
// crash, Open refuses dir, or finds it empty: the file that makes it a store comes last. What is in it can be removed.
// The store itself is never harmed.
func (db *DB) Checkpoint(dir string) error {
	info := CheckpointInfo{Dir: dir}
	if err := db.checkpoint(dir, &info); err != nil {
		return fmt.Errorf("engine: checkpoint %s: %w", dir, err)
	}
	notify(db.opts.EventListener.CheckpointDone, info)
	return nil
}

func (db *DB) checkpoint(dir string, info *CheckpointInfo) (err error) {
	target, err := emptyTarget(db.opts.FS, dir)
	if err != nil {
		return err
	}
	im, err := db.newImage()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, im.close()) }()
	for _, name := range im.kept() {
		copied, err := target.Clone(db.dir, name)
		if err != nil {
			return err
		}
		info.Files, info.CopiedBytes = info.Files+1, info.CopiedBytes+copied
	}
	err = im.made(func(f madeFile) error {
		info.Files, info.CopiedBytes = info.Files+1, info.CopiedBytes+int64(len(f.content))
		return target.WriteFile(f.name, f.content)
	})
	if err != nil {
		return err
	}
	return publish(target, im.marker())
}

func notEmpty(path string, names []string) error {
	slices.Sort(names)
	return fmt.Errorf("%w: %s holds %s and %d more; name a directory that does not exist (what an attempt that failed "+
		"left behind can be deleted)", ErrTargetNotEmpty, path, names[0], len(names)-1)
}
