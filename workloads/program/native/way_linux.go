package native

import (
	"context"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
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
	return &observer{copier: c, mount: m.mount, attrs: attrs}, nil
}

// observer recovers undecided images, served through FUSE.
type observer struct {
	*copier
	mount *mount.Mount
	attrs map[faultfs.Ino]mount.Attr
}

func (o *observer) Observes() bool { return true }

// Recover serves an image while the checker recovers and judges it.
func (o *observer) Recover(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	dir := o.mount.Add(mount.Disk{FS: img, Attrs: o.attrs})
	defer o.mount.Remove(dir)
	return o.Ask(ctx, dir, acked)
}
