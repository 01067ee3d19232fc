package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/image"
	"github.com/lightningdb/lightning-torture/engine/internal/sentinel"
)

// Add adds a backup of the image returned by take to the repository in directory dir, which is created if necessary.
// Files that the repository already has are not stored again. take is called once the repository is locked, and Add
// closes the image. See engine.BackupContext.
func Add(ctx context.Context, fsys afero.Fs, dir string, take func() (*image.Image, error)) (info Info, err error) {
	r, err := openRepository(cancel.FS(ctx, fsys), dir, true)
	if err != nil {
		return info, fmt.Errorf("engine: backup to %s: %w", dir, err)
	}
	info, err = r.add(ctx, take)
	err = errors.Join(err, image.Discard(r.files, r.stored, err))
	if err = errors.Join(err, r.close()); err != nil {
		return Info{}, fmt.Errorf("engine: backup to %s: %w", dir, err)
	}
	return info, nil
}

// Restore recreates the store held by a backup in directory dir; id 0 means the newest backup. See
// engine.RestoreContext.
func Restore(ctx context.Context, fsys afero.Fs, repository string, id uint64, dir string) (info Info, err error) {
	r, err := openRepository(cancel.FS(ctx, fsys), repository, false)
	if err != nil {
		return info, fmt.Errorf("engine: restore %s: %w", repository, err)
	}
	info, err = r.restore(id, dir)
	if err = errors.Join(err, r.close()); err != nil {
		return Info{}, fmt.Errorf("engine: restore %s: %w", repository, err)
	}
	return info, nil
}

// List lists the backups of a repository, oldest first. If it returns an error, it still returns those that can be
// read. See engine.Backups.
func List(fsys afero.Fs, repository string) ([]Info, error) {
	r := &repo{fs: fsys, dir: durable.NewDir(fsys, repository, nil)}
	err := r.load()
	var all []Info
	for i := range r.backups {
		all = append(all, r.backups[i].info())
	}
	if err != nil {
		err = fmt.Errorf("engine: backups of %s: %w", repository, err)
	}
	return all, err
}

// Delete removes a backup and the files that no other backup needs. See engine.DeleteBackup.
func Delete(fsys afero.Fs, repository string, id uint64) error {
	_, err := prune(fsys, repository, func(r *repo) ([]uint64, error) {
		if slices.Contains(r.damaged, id) {
			return []uint64{id}, nil
		}
		if r.damage != nil {
			return nil, r.isDamaged()
		}
		b, err := r.find(id)
		if err == nil && b.ID != id {
			err = fmt.Errorf("%w: %d", ErrNoBackup, id)
		}
		return []uint64{id}, err
	})
	return err
}

// Prune deletes all but the newest keep backups. It returns the ids of those it deleted, even with an error. See
// engine.PruneBackups.
func Prune(fsys afero.Fs, repository string, keep int) (deleted []uint64, err error) {
	return prune(fsys, repository, func(r *repo) (old []uint64, err error) {
		if keep < 1 {
			return nil, fmt.Errorf("%w: prune keeps %d backups, want at least 1", sentinel.ErrOptions, keep)
		}
		if r.damage != nil {
			return nil, r.isDamaged()
		}
		for i := 0; i < len(r.backups)-keep; i++ {
			old = append(old, r.backups[i].ID)
		}
		return old, nil
	})
}

func prune(
	fsys afero.Fs, repository string, choose func(*repo) ([]uint64, error),
) (deleted []uint64, err error) {
	r, err := openRepository(fsys, repository, false)
	if err != nil {
		return nil, fmt.Errorf("engine: prune %s: %w", repository, err)
	}
	ids, err := choose(r)
	if err == nil {
		deleted, err = r.remove(ids)
	}
	if err = errors.Join(err, r.close()); err != nil {
		return deleted, fmt.Errorf("engine: prune %s: %w", repository, err)
	}
	return deleted, nil
}

// add stores a backup and lists it.
func (r *repo) add(ctx context.Context, take func() (*image.Image, error)) (info Info, err error) {
	if err := r.removeUnused(); err != nil {
		return info, err
	}
	im, err := take()
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, im.Close()) }()
	from := im.Dir.WithContext(ctx)
	b := list{Version: listVersion, ID: r.nextID()}
	for _, f := range im.Kept() {
		if err := r.addKept(ctx, &b, from, f); err != nil {
			return info, err
		}
	}
	err = im.Made(func(f image.MadeFile) error { return r.addMade(&b, f) })
	if err == nil {
		err = r.addMade(&b, im.Marker())
	}
	if err == nil {
		err = r.publish(&b)
	}
	return b.info(), err
}

// addKept adds a file of the store unchanged. The file must be read to find out whether the repository has it. If it is
// new, it is verified before it is stored, so that damage does not get into the repository.
func (r *repo) addKept(ctx context.Context, b *list, from *durable.Dir, f image.KeptFile) error {
	verify := func() error { return f.Verify(ctx) }
	return r.addFile(b, f.Name, verify, func() (io.ReadCloser, error) { return from.Open(f.Name) })
}

func (r *repo) restore(id uint64, path string) (info Info, err error) {
	b, err := r.find(id)
	if err != nil {
		return info, err
	}
	target, err := image.EmptyTarget(r.fs, path)
	if err != nil {
		return info, err
	}
	var copied []string
	for i, f := range b.Files {
		if i == len(b.Files)-1 { // the marker turns the directory into a store
			err = target.Sync()
		}
		if err == nil {
			copied = append(copied, f.Name)
			err = r.copyOut(f, target)
		}
		if err != nil {
			return info, errors.Join(err, image.Discard(target, copied, err))
		}
	}
	return b.info(), target.WithoutCancel().Sync()
}

// copyOut copies a file out of the repository and compares it with what the backup says.
func (r *repo) copyOut(f listed, target *durable.Dir) error {
	stored, err := r.open(f)
	if err != nil {
		return err
	}
	_, err = target.CopyIn(f.Name, newChecked(stored, filepath.Join(r.files.Path(), f.stored()), f))
	return errors.Join(err, stored.Close())
}
