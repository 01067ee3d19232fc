package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/image"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sequencer"
)

// Checkpoint makes a separate store in dir, which must be empty or missing. It has everything acknowledged before the
// call, perhaps commits that come meanwhile, and no half commit. Tables and blob files are hard links if the filesystem
// has them, and copies otherwise; the rest is written anew. When it returns nil, the new store is durable, and everything in
// it is visible in this one. Commits wait for one sync, no longer.
//
// What is in tables and blob files is not checked: damage is copied as it is. Verify finds it in either store. A
// poisoned store is refused. Its directory, closed and opened again with Options.ReadOnly, can be copied.
//
// The error is ErrTargetNotEmpty, ErrPoisoned, ErrClosed, ErrCorrupt or one of the filesystem. After it, or after a
// crash, Open refuses dir, or finds it empty: the file that makes it a store comes last. What is in it can be removed.
// The store itself is never harmed.
func (db *DB) Checkpoint(dir string) error { return db.CheckpointContext(context.Background(), dir) }

// CheckpointContext is Checkpoint, which ends when ctx is done: see Contexts in the documentation of the package. Then dir is
// empty, and can take a checkpoint later.
func (db *DB) CheckpointContext(ctx context.Context, dir string) error {
	info := CheckpointInfo{Dir: dir}
	if err := db.checkpoint(ctx, dir, &info); err != nil {
		return fmt.Errorf("engine: checkpoint %s: %w", dir, err)
	}
	notify(db.opts.EventListener.CheckpointDone, info)
	return nil
}

func (db *DB) checkpoint(ctx context.Context, dir string, info *CheckpointInfo) (err error) {
	target, err := image.EmptyTarget(cancel.FS(ctx, db.opts.FS), dir)
	if err != nil {
		return err
	}
	im, err := db.newImage()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, im.Close()) }()
	names, err := copyImage(im, im.Dir.WithContext(ctx), target, info)
	if err == nil {
		err = image.Publish(target, im.Marker())
	}
	return errors.Join(err, image.Discard(target, names, err))
}

// copyImage gives the target every file of an image but the marker. It returns the names that it may have given, also with
// an error.
func copyImage(im *image.Image, from, target *durable.Dir, info *CheckpointInfo) (names []string, err error) {
	for _, f := range im.Kept() {
		names = append(names, f.Name)
		copied, err := target.Clone(from, f.Name)
		if err != nil {
			return names, err
		}
		info.Files, info.CopiedBytes = info.Files+1, info.CopiedBytes+copied
	}
	err = im.Made(func(f image.MadeFile) error {
		names = append(names, f.Name)
		info.Files, info.CopiedBytes = info.Files+1, info.CopiedBytes+int64(len(f.Content))
		return target.WriteFile(f.Name, f.Content)
	})
	return names, err
}

// newImage takes an image of everything acknowledged so far, and perhaps of commits that are under way. Commits wait
// while the log is handed over and closed; the next one begins a new log. The image must be closed.
//
// The log may hold commits that are not visible yet. They must be when the copy can be read: otherwise somebody could see a
// commit there and then not see it here, and one that fails would be in the copy alone.
func (db *DB) newImage() (*image.Image, error) {
	if !db.opts.ReadOnly { // most of what commits would wait for is done before they have to
		if err := db.seq.Finish(db.seq.Barrier(sequencer.Sync)); err != nil {
			return nil, err
		}
	}
	im, last, err := db.freezeImage()
	if err != nil {
		return nil, err
	}
	if err := db.seq.Show(last); err != nil {
		return nil, errors.Join(err, im.Close())
	}
	// Values for later commits may have been added to the last file that the image needs. None is from here on.
	if err := db.sealLarge(); err != nil {
		return nil, errors.Join(err, im.Close())
	}
	return im, nil
}

// freezeImage takes an image, except for the end of the blob file that is growing. It returns the last commit in it.
func (db *DB) freezeImage() (im *image.Image, last key.Seq, err error) {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if !db.opts.ReadOnly {
		if err := db.writable(); err != nil {
			return nil, 0, err
		}
		if err := db.rotate(); err != nil {
			return nil, 0, err
		}
	}
	db.catalog.Lock()
	defer db.catalog.Unlock()
	v, err := db.acquire()
	if err != nil {
		return nil, 0, err
	}
	db.images.Add(1)
	im = &image.Image{
		Dir: db.dir, View: v, Release: func() error { defer db.images.Done(); return db.release(v) },
		State: db.catalog.state, Manifest: db.newFileNum(),
	}
	im.State.Version, im.State.NextFile, im.State.LogEnds = manifest.FormatVersion, im.Manifest+1, nil
	for _, num := range db.catalog.logs {
		f, err := db.dir.Open(filename.Log(num))
		if err != nil {
			return nil, 0, errors.Join(corrupt.Missing(filename.Log(num), err), im.Close())
		}
		im.AddLog(image.Log{Num: num, File: f, End: db.catalog.state.LogEnd(num)})
	}
	db.mu.Lock()
	im.Blobs = v.BlobFiles()
	db.mu.Unlock()
	return im, db.seq.Newest(), nil
}
