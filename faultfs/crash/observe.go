package crash

import (
	"maps"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Name decides what one name stands for, given what it stands for on the durable disk.
func (im *Image) Name(parent trace.Ino, name string, e disk.Entry) disk.Entry {
	ops := im.index.where[nameKey{parent, name}]
	im.look(ops)
	for _, i := range ops {
		if im.fates[i] != model.Kept {
			continue
		}
		for _, edit := range im.point.pending[i].edits {
			if edit.Parent == parent && edit.Name == name {
				e = disk.EntryOf(&edit)
			}
		}
	}
	return e
}

// NamesPending reports whether any change to the names in a directory is pending.
func (im *Image) NamesPending(dir trace.Ino) bool { return len(im.index.names[dir]) > 0 }

// Names decides every name in a directory, given the names on the durable disk. The caller owns the map.
func (im *Image) Names(dir trace.Ino, durable map[string]disk.Entry) map[string]disk.Entry {
	ops := im.index.names[dir]
	im.look(ops)
	all := make(map[string]disk.Entry, len(durable)+len(ops))
	maps.Copy(all, durable)
	for _, i := range ops {
		if im.fates[i] != model.Kept {
			continue
		}
		for _, e := range im.point.pending[i].edits {
			switch {
			case e.Parent != dir:
			case e.Ino == 0:
				delete(all, e.Name)
			default:
				all[e.Name] = disk.EntryOf(&e)
			}
		}
	}
	return all
}
