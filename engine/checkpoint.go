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

// Checkpoint creates an independent store in dir, which must be empty or missing. The copy contains every commit that
// was acknowledged before the call and possibly commits made during it, each whole or not at all. Tables and blob files
// are hard-linked if the filesystem supports it and copied otherwise; everything else is written anew. When Checkpoint
// returns nil, the new store is durable, and everything in it is also visible in this one. Commits wait for one sync,
// no longer.
//
// The content of tables and blob files is not verified; damage is copied along. Verify finds it in either store. A
// poisoned store is refused: close it, open it again with Options.ReadOnly and checkpoint that.
//
// The error is ErrTargetNotEmpty, ErrPoisoned, ErrClosed, ErrCorrupt or one from the filesystem. After an error or a
// crash, Open refuses dir or finds it empty, because the file that makes a directory a store is written last; the rest
// can be deleted. The original store is unaffected in any case.
func (db *DB) Checkpoint(dir string) error { return db.CheckpointContext(context.Background(), dir) }

// CheckpointContext is Checkpoint with a context; see "Contexts" in the package documentation. If it is interrupted,
// dir is left empty and can take a later checkpoint.
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

// copyImage copies every file of an image except the marker to target. It returns the names that it may have created,
// even when it fails.
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

// newImage takes an image of everything acknowledged so far, and possibly of commits under way. New commits wait while
// the log is handed to the operating system and closed; the next one starts a new log. The caller must close the image.
//
// The log may hold commits that are not visible yet. They must become visible before the copy can be read. Otherwise a
// reader could see a commit in the copy and then miss it here, and a commit that fails would exist in the copy alone.
func (db *DB) newImage() (*image.Image, error) {
	if !db.opts.ReadOnly { // do most of the work before commits have to wait for it
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
	// Values of later commits may share the last blob file that the image needs. Seal it, so that no more are added.
	if err := db.sealLarge(); err != nil {
		return nil, errors.Join(err, im.Close())
	}
	return im, nil
}

// freezeImage takes an image, except for the tail of the growing blob file, and returns the last commit in it.
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
