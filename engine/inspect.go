package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/inspect"
	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
)

// The types in which package inspect describes the files of a store.
type (
	// TableInfo describes a table.
	TableInfo = inspect.TableInfo
	// BlobUse tells how much of a blob file a table refers to.
	BlobUse = inspect.BlobUse
	// RangeDelete is a range delete of a table.
	RangeDelete = inspect.RangeDelete
	// PartInfo describes one part of a table's file.
	PartInfo = inspect.PartInfo
	// DataInfo describes a data block.
	DataInfo = inspect.DataInfo
	// Entry is one version of a key, or a range delete.
	Entry = inspect.Entry
	// BlobRef says where the value of an entry is.
	BlobRef = inspect.BlobRef
	// BlobFileInfo describes a blob file.
	BlobFileInfo = inspect.BlobFileInfo
	// LogRecord is a commit in a log.
	LogRecord = inspect.LogRecord
	// LogGap is a part of a log or manifest that cannot be read as records.
	LogGap = inspect.LogGap
	// LogInfo describes a log.
	LogInfo = inspect.LogInfo
	// LogEnd says where a log was closed.
	LogEnd = inspect.LogEnd
	// ManifestEdit is one change to the list of live files.
	ManifestEdit = inspect.ManifestEdit
	// ManifestInfo describes a manifest and the state that its edits lead to.
	ManifestInfo = inspect.ManifestInfo
	// FileKind is a kind of file of a store.
	FileKind = inspect.FileKind
)

// The kinds of files that can be inspected.
const (
	LogFile      = inspect.LogFile
	TableFile    = inspect.TableFile
	ManifestFile = inspect.ManifestFile
	BlobFile     = inspect.BlobFile
)

// InspectTable, InspectLog, InspectManifest and InspectBlobFile show what is in single files of a store, even of a
// store that does not open. They change nothing and take no lock, so the files of an open store may change under them.
// Of the options, only FS is used. The variants whose names end in Context stop when ctx is done, also between two
// calls of visit; see "Contexts" in the package documentation.

// InspectTable describes a table file and calls visit, if it is not nil, for each entry. Damage is reported as
// ErrCorrupt.
func InspectTable(path string, o Options, visit func(Entry) error) (TableInfo, error) {
	return InspectTableContext(context.Background(), path, o, visit)
}

// InspectTableContext is InspectTable with a context.
func InspectTableContext(ctx context.Context, path string, o Options, visit func(Entry) error) (TableInfo, error) {
	return inspect.Table(cancel.FS(ctx, o.fs()), path, until(ctx, visit))
}

// InspectLog calls visit, if it is not nil, for every whole record of a log file, including those after damage. If the
// manifest in the same directory says where the log was closed, records beyond that point are not shown. A record is
// valid only during the call.
func InspectLog(path string, o Options, visit func(LogRecord) error) (LogInfo, error) {
	return InspectLogContext(context.Background(), path, o, visit)
}

// InspectLogContext is InspectLog with a context.
func InspectLogContext(ctx context.Context, path string, o Options, visit func(LogRecord) error) (LogInfo, error) {
	return inspect.Log(cancel.FS(ctx, o.fs()), path, until(ctx, visit))
}

// InspectManifest calls visit, if it is not nil, for each edit of a manifest file. It stops at an edit that does not fit
// the state before it; ManifestInfo.Damage then says why.
func InspectManifest(path string, o Options, visit func(ManifestEdit) error) (ManifestInfo, error) {
	return InspectManifestContext(context.Background(), path, o, visit)
}

// InspectManifestContext is InspectManifest with a context.
func InspectManifestContext(ctx context.Context, path string, o Options, visit func(ManifestEdit) error) (ManifestInfo, error) {
	return inspect.Manifest(cancel.FS(ctx, o.fs()), path, until(ctx, visit))
}

// InspectBlobFile reads a blob file to its last byte and verifies every checksum. Damage is reported as ErrCorrupt.
// Damage beyond the last value that anything refers to may be what a crash left.
func InspectBlobFile(path string, o Options) (BlobFileInfo, error) {
	return InspectBlobFileContext(context.Background(), path, o)
}

// InspectBlobFileContext is InspectBlobFile with a context.
func InspectBlobFileContext(ctx context.Context, path string, o Options) (BlobFileInfo, error) {
	return inspect.Blobs(cancel.FS(ctx, o.fs()), path)
}

// until returns a visit that stops an inspection when ctx is done. It is nil if visit is.
func until[T any](ctx context.Context, visit func(T) error) func(T) error {
	if visit == nil || ctx.Done() == nil {
		return visit
	}
	return func(t T) error {
		if err := cancel.Err(ctx); err != nil {
			return err
		}
		return visit(t)
	}
}

// StoreFiles returns the paths of all files of one kind in the directory of a store, in the order of their numbers. The
// error is ErrNotADatabase if the directory holds no file of a store, or one from the filesystem.
func StoreFiles(dir string, kind FileKind, o Options) ([]string, error) {
	return inspect.Files(o.fs(), dir, kind)
}

// Shape returns the live tables by level: level 0 newest first, the other levels in key order. The error is ErrClosed or
// one from the filesystem.
func (db *DB) Shape() ([]TableInfo, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	var all []TableInfo
	for l, level := range v.Version.Levels {
		for _, t := range level {
			info := inspect.TableOf(l, &t.Table)
			info.RangeDeletes = inspect.RangeDeletesOf(t.Reader.Ranges())
			all = append(all, info)
		}
	}
	return all, db.release(v)
}

// BlobFiles returns the live blob files in the order of their numbers. The error is ErrClosed or one from the filesystem.
func (db *DB) BlobFiles() ([]BlobFileInfo, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	var all []BlobFileInfo
	files := db.blobs.All()
	for _, num := range slices.Sorted(maps.Keys(files)) {
		f := files[num]
		info := BlobFileInfo{
			File: filename.Blob(num), Bytes: f.Size.Load(), LiveBytes: v.Version.LiveBlobs[num], Logs: f.Young.Load() > 0,
		}
		if !info.Logs {
			info.GarbageBytes = f.Garbage(info.LiveBytes)
		}
		all = append(all, info)
	}
	return all, db.release(v)
}
