package native

import (
	"context"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// mounted is the Way that records through FUSE. It runs on a stage, in the process that serves the mount.
type mounted struct {
	Copies
	mount *mount.Mount
}

// Recoverer returns a recoverer of copies or, with Spec.Observe, of served images.
func (m *mounted) Recoverer(worker int) (program.Recoverer, error) {
	r, err := m.Copies.Recoverer(worker)
	if err != nil || !m.Spec.Observe {
		return r, err
	}
	c := r.(*copier)
	attrs := map[faultfs.Ino]mount.Attr{}
	for ino, mode := range m.Rec.Modes {
		attrs[ino] = mount.Attr{Mode: mode.Perm, UID: mode.UID, GID: mode.GID}
	}
	o := &observer{copier: c, mount: m.mount, attrs: attrs}
	if c.room == nil {
		c.room = process.NewCorner()
	}
	_ = c.room.WatchSyncs(o.syncAll) // where the kernel does not allow it, sync(2) does nothing
	return o, nil
}

// observer recovers undecided images, served through FUSE.
type observer struct {
	*copier
	mount *mount.Mount
	attrs map[faultfs.Ino]mount.Attr

	mu    sync.Mutex
	dir   string // where the image is served
	whole *program.WholeDisk
}

func (o *observer) Observes() bool { return true }

// Recover serves an image while the checker recovers and judges it.
func (o *observer) Recover(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	dir := o.mount.Add(mount.Disk{FS: img, Attrs: o.attrs})
	defer o.mount.Remove(dir)
	o.mu.Lock()
	o.dir, o.whole = dir, program.NewWholeDisk(img)
	o.mu.Unlock()
	return o.Ask(ctx, dir, acked)
}

// syncAll carries out a sync(2), or a syncfs(2) of the image that is served. It matters if the recovery is crashed in turn.
func (o *observer) syncAll(c process.SyncCall) (done bool, err error) {
	o.mu.Lock()
	dir, whole := o.dir, o.whole
	o.mu.Unlock()
	if whole == nil {
		return false, nil
	}
	return syncWhole(c, dir, o.spec.Patience, whole.SyncAll)
}
