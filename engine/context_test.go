package engine_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// A stoppable is an operation that a context can interrupt.
type stoppable struct {
	name string
	do   func(ctx context.Context, db *engine.DB, o engine.Options) error

	opens bool   // db is the open store; otherwise nil
	rots  string // a file pattern; the largest match gets a wrong byte
	makes string // the directory that it creates or adds to; if empty, the store's
	jobs  bool   // it does several independent jobs; those done stay done
}

var stoppables = []stoppable{
	{name: "verify open store", opens: true, do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		return db.VerifyContext(ctx)
	}},
	{name: "compact", opens: true, jobs: true, do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		return db.CompactContext(ctx)
	}},
	{name: "checkpoint", opens: true, makes: "copy", do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		return db.CheckpointContext(ctx, "copy")
	}},
	{name: "backup", opens: true, makes: "repo", do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		_, err := engine.BackupContext(ctx, db, "repo")
		return err
	}},
	{name: "first backup", opens: true, makes: "other", do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		_, err := engine.BackupContext(ctx, db, "other")
		return err
	}},
	{name: "restore", makes: "restored", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.RestoreContext(ctx, "repo", 0, "restored", o)
		return err
	}},
	{name: "verify backups", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		return engine.VerifyBackupsContext(ctx, "repo", o)
	}},
	{name: "verify", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.VerifyDirContext(ctx, "db", o)
		return err
	}},
	{name: "verify a damaged store", rots: "MANIFEST-*", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.VerifyDirContext(ctx, "db", o)
		return err
	}},
	{name: "repair a damaged table", rots: "*.sst", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.RepairContext(ctx, "db", o)
		return err
	}},
	{name: "repair a damaged blob file", rots: "*.blob", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.RepairContext(ctx, "db", o)
		return err
	}},
	{name: "inspect", do: func(ctx context.Context, _ *engine.DB, o engine.Options) error { return inspectUntil(ctx, o) }},
}

func inspectUntil(ctx context.Context, o engine.Options) error {
	for kind, inspect := range map[engine.FileKind]func(string) error{
		engine.TableFile: func(path string) error { _, err := engine.InspectTableContext(ctx, path, o, nil); return err },
		engine.LogFile: func(path string) error {
			_, err := engine.InspectLogContext(ctx, path, o, func(engine.LogRecord) error { return nil })
			return err
		},
		engine.ManifestFile: func(path string) error {
			_, err := engine.InspectManifestContext(ctx, path, o, func(engine.ManifestEdit) error { return nil })
			return err
		},
		engine.BlobFile: func(path string) error { _, err := engine.InspectBlobFileContext(ctx, path, o); return err },
	} {
		names, err := engine.StoreFiles("db", kind, engine.Options{FS: afero.NewReadOnlyFs(o.FS)})
		for _, name := range names {
			err = errors.Join(err, inspect(name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errStop = errors.New("the user gave up")

// TestContextsInterruptLongOperations interrupts each operation at its first, second, ... filesystem call. Only a few
// more calls follow, the partial result is removed, the store is intact, and the operation can be run again.
func TestContextsInterruptLongOperations(t *testing.T) {
	oneGoroutine(t)
	original := faultfs.New(faultfs.Options{})
	o := everything(t, original)
	want := content(original, "db", o)
	for _, s := range stoppables {
		t.Run(s.name, func(t *testing.T) {
			start := func() *errandRun { return s.start(t, original, o) }
			whole := start()
			require.NoError(t, whole.stoppedAt(0))
			total := whole.calls
			require.Greater(t, total, 20)
			for at := 1; at <= total; at += 1 + total/80 {
				r := start()
				err := r.stoppedAt(at)
				note := fmt.Sprintf("stopped at call %d of %d: %v", at, total, err)
				if err == nil {
					require.Equal(t, total, r.calls, "it returned no error although it did not make all calls: %s", note)
				} else {
					r.judge(err, note)
				}
				r.goesOn(err, want, note)
			}
		})
	}
}

// errandRun is an operation with a disk of its own.
type errandRun struct {
	*stoppable
	t     *testing.T
	fsys  *faultfs.FS
	o     engine.Options
	db    *engine.DB
	files []string // in the directory that it makes, before it ran

	calls, reads, writes int // calls that reached the filesystem; reads and writes among them after the context was done
}

func (s *stoppable) start(t *testing.T, original *faultfs.FS, o engine.Options) *errandRun {
	t.Helper()
	fsys, err := original.Crash(original.Now(), faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
	require.NoError(t, err)
	o.FS = fsys
	r := &errandRun{stoppable: s, t: t, fsys: fsys, o: o}
	if s.rots != "" {
		name := largest(t, fsys, s.rots)
		info, err := fsys.Stat(name)
		require.NoError(t, err)
		change(t, fsys, name, flip(int(info.Size()/2)))
	}
	if s.opens {
		r.db = open(t, o)
		require.NoError(t, r.db.Put([]byte("k00"), []byte("0"), engine.Sync)) // its value is already that
	}
	r.files = filesIn(t, fsys, cmp.Or(s.makes, "db"))
	return r
}

// stoppedAt runs the operation with a context that is done at the given filesystem call; 0 means never.
func (r *errandRun) stoppedAt(at int) error {
	ctx, stop := context.WithCancelCause(r.t.Context())
	defer stop(nil)
	r.fsys.Watch(func(kind faultfs.OpKind, _, _ string) {
		if r.calls++; r.calls == at {
			stop(errStop)
		}
		switch {
		case r.calls <= at || at == 0 || slices.Contains([]string{"close", "unlock", "remove"}, fmt.Sprint(kind)):
		case slices.Contains([]string{"read", "stat", "list", "open"}, fmt.Sprint(kind)):
			r.reads++
		default:
			r.writes++
		}
	})
	defer r.fsys.Watch(nil)
	return r.do(ctx, r.db, r.o)
}

// judge checks an interrupted operation and what it left.
func (r *errandRun) judge(err error, note string) {
	require.ErrorIs(r.t, err, context.Canceled, note)
	require.ErrorIs(r.t, err, errStop, note)
	if r.jobs { // and the manifest edit that ends a job
		require.LessOrEqual(r.t, r.reads, 10, note)
		require.LessOrEqual(r.t, r.writes, 15, note)
		return
	}
	require.LessOrEqual(r.t, r.reads, 5, note)
	require.LessOrEqual(r.t, r.writes, 3, "only the removal of partial results may write: %s", note)
	require.Equal(r.t, r.files, filesIn(r.t, r.fsys, cmp.Or(r.makes, "db")), note)
}

// goesOn runs the operation again to its end, unless it had no error, and checks the store.
func (r *errandRun) goesOn(err error, want, note string) {
	if err != nil {
		require.NoError(r.t, r.do(r.t.Context(), r.db, r.o), note)
	}
	if r.db != nil {
		require.NoError(r.t, r.db.Verify(), note)
		require.NoError(r.t, r.db.Close(), note)
	}
	if r.rots == "" {
		require.Equal(r.t, want, content(r.fsys, "db", r.o), note)
	}
	if r.makes != "" && r.makes != "restored" {
		return
	}
	report, err := engine.VerifyDir(cmp.Or(r.makes, "db"), r.o)
	require.NoError(r.t, err, note)
	require.Equal(r.t, strings.HasPrefix(r.name, "verify a damaged"), len(report.Problems) > 0, "%s: %v", note, report.Problems)
}

// filesIn returns the paths and sizes of all files below a directory, except locks.
func filesIn(t *testing.T, fsys afero.Fs, dir string) (all []string) {
	t.Helper()
	err := afero.Walk(fsys, dir, func(name string, info fs.FileInfo, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !info.IsDir() && path.Base(name) != "LOCK" {
			all = append(all, fmt.Sprintf("%s: %d bytes", name, info.Size()))
		}
		return err
	})
	require.NoError(t, err)
	slices.Sort(all)
	return all
}
