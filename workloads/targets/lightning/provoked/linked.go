package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// linking is a disk on which some links cannot be made.
type linking struct {
	*faultfs.FS
	refuses error // why not
	from    int   // the first call that is refused, counting from 0
	calls   int
	linked  map[string]bool // the new names that are links
}

// Link implements the engine's interface for filesystems with links.
func (l *linking) Link(from, to string) error {
	if l.calls++; l.refuses != nil && l.calls > l.from {
		return l.refuses
	}
	err := l.FS.Link(from, to)
	if err == nil {
		l.linked[to] = true
	}
	return err
}

// lockName is a file that is not part of the content of a store.
const lockName = "LOCK"

// withoutLinks hides that a disk has links.
type withoutLinks struct{ afero.Fs }

// refusedLinks are errors of links which mean only that these two names cannot be linked.
var refusedLinks = []error{nil, errors.ErrUnsupported, syscall.EXDEV, syscall.EPERM, syscall.EMLINK}

// linked makes a checkpoint, and repairs the store, on disks that refuse all links or some of them: what cannot be linked must
// be copied. The event of a checkpoint must report as copied all that is not a link. If a link fails for another reason, no
// copy may be made, because the disk has failed.
func linked() error {
	whole, pairs, err := filled(20)
	if err != nil {
		return err
	}
	for _, refuses := range refusedLinks {
		for _, from := range []int{0, 1} {
			l := &linking{FS: atRest(whole), refuses: refuses, from: from, linked: map[string]bool{}}
			err = errors.Join(err, checkpoints(l, l.linked, pairs), setsAside(l, pairs))
			if err != nil {
				return fmt.Errorf("from link %d on, links fail with %w: %w", from, orNone(refuses), err)
			}
		}
	}
	if err := errors.Join(checkpoints(withoutLinks{atRest(whole)}, nil, pairs), setsAside(withoutLinks{atRest(whole)}, pairs)); err != nil {
		return fmt.Errorf("the disk has no links: %w", err)
	}
	l := &linking{FS: atRest(whole), refuses: syscall.EIO, linked: map[string]bool{}}
	err = with(l, storeDir, func(db *engine.DB) error { return db.Checkpoint(copyDir) })
	if !errors.Is(err, syscall.EIO) {
		return wrong("a link fails, and Checkpoint returns %w", orNone(err))
	}
	return nil
}

// checkpoints makes a checkpoint and checks its content and what is reported about it.
func checkpoints(fsys afero.Fs, linked map[string]bool, pairs map[string]string) error {
	var told []engine.CheckpointInfo
	o := options(fsys, true)
	o.EventListener = &engine.EventListener{CheckpointDone: func(i engine.CheckpointInfo) { told = append(told, i) }}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	err = db.Checkpoint(copyDir)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	want := engine.CheckpointInfo{Dir: copyDir}
	for _, name := range names(fsys, copyDir) {
		if strings.HasPrefix(name, "marker.") || name == lockName {
			continue // counts neither as a file nor as copied
		}
		info, err := fsys.Stat(path.Join(copyDir, name))
		if err != nil {
			return err
		}
		if want.Files++; !linked[path.Join(copyDir, name)] {
			want.CopiedBytes += info.Size()
		}
	}
	if len(told) != 1 || told[0] != want {
		return wrong("the events of a checkpoint are %+v, want %+v", told, want)
	}
	return holds(fsys, copyDir, pairs)
}

// setsAside damages the store and repairs it. All its files must be set aside.
func setsAside(fsys afero.Fs, pairs map[string]string) error {
	files := map[string][]byte{}
	for _, name := range names(fsys, storeDir) {
		if name == lockName {
			continue
		}
		content, err := afero.ReadFile(fsys, path.Join(storeDir, name))
		if err == nil && strings.HasPrefix(name, "marker.") { // costs no pairs
			content = content[:len(content)-1]
			err = afero.WriteFile(fsys, path.Join(storeDir, name), content, 0o644)
		}
		if err != nil {
			return err
		}
		files[name] = content
	}
	report, err := engine.Repair(storeDir, options(fsys, true))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := files[name]
		if kept, err := afero.ReadFile(fsys, path.Join(report.LostDir, name)); err != nil || !bytes.Equal(kept, content) {
			return wrong("a repair sets %s aside as %d bytes, which are not its %d bytes: %w", name, len(kept), len(content), orNone(err))
		}
	}
	return holds(fsys, storeDir, pairs)
}
