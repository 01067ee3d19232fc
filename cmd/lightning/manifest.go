package lightning

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func manifestCommand() *cobra.Command {
	return inspectCommand("manifest", "Print the edits of a manifest and the state that they lead to",
		engine.ManifestFile, showManifest)
}

func showManifest(ctx context.Context, path string, emit emitter) (bool, error) {
	n := 0
	info, err := engine.InspectManifestContext(ctx, path, engine.Options{}, func(e engine.ManifestEdit) error {
		n++
		return showEdit(n, &e, emit)
	})
	if err != nil {
		return false, err
	}
	if err := showGaps(info.Gaps, info.Damage, emit); err != nil {
		return false, err
	}
	return info.Damage != "", showManifestState(&info, emit)
}

// showEdit prints the n-th edit of a manifest: a line for its numbers, and one for each file that it removes or adds.
func showEdit(n int, e *engine.ManifestEdit, emit emitter) error {
	object := map[string]any{
		"edit": n, "offset": e.Offset, "format_version": e.Version, "next_file": e.NextFile, "log_floor": e.LogFloor,
		"last_seq": e.LastSeq, "deleted": tableObjects(e.Deleted), "added": tableObjects(e.Added),
		"blob_files_deleted": list(e.BlobFilesDeleted), "blob_files_added": blobObjects(e.BlobFilesAdded),
		"log_ends": logEndObjects(e.LogEnds),
	}
	if err := emit(object, "%s", editLine(n, e)); err != nil {
		return err
	}
	for _, t := range e.Deleted {
		if err := emit(nil, "  - level %d %s", t.Level, t.File); err != nil {
			return err
		}
	}
	for _, name := range e.BlobFilesDeleted {
		if err := emit(nil, "  - %s", name); err != nil {
			return err
		}
	}
	for _, f := range e.BlobFilesAdded {
		if err := emit(nil, "  + %s, %d bytes", f.File, f.Bytes); err != nil {
			return err
		}
	}
	if err := showLogEnds(e.LogEnds, "+", emit); err != nil {
		return err
	}
	return showTables(e.Added, "+", emit)
}

// editLine describes an edit by its numbers, without those that it does not set.
func editLine(n int, e *engine.ManifestEdit) string {
	var line strings.Builder
	fmt.Fprintf(&line, "offset %d: edit %d: next file %d", e.Offset, n, e.NextFile)
	for _, field := range []struct {
		format string
		value  uint64
	}{
		{", format version %d", e.Version},
		{", logs from %d", e.LogFloor},
		{", commits up to %d in tables", e.LastSeq},
	} {
		if field.value > 0 {
			fmt.Fprintf(&line, field.format, field.value)
		}
	}
	return line.String()
}

// showManifestState prints the state that the edits of a manifest lead to.
func showManifestState(info *engine.ManifestInfo, emit emitter) error {
	object := map[string]any{
		"file": info.File, "bytes": info.Bytes, "edits": info.Edits, "damage": info.Damage,
		"format_version": info.Version, "next_file": info.NextFile, "log_floor": info.LogFloor, "last_seq": info.LastSeq,
		"tables": tableObjects(info.Tables), "blob_files": blobObjects(info.BlobFiles), "log_ends": logEndObjects(info.LogEnds),
	}
	if err := emit(object, "%s: %d edits in %d bytes; format version %d, next file %d, logs from %d, commits up to %d in "+
		"tables", info.File, info.Edits, info.Bytes, info.Version, info.NextFile, info.LogFloor, info.LastSeq); err != nil {
		return err
	}
	for _, f := range info.BlobFiles {
		if err := emit(nil, "  = %s, %d bytes, %d of them used by tables", f.File, f.Bytes, f.LiveBytes); err != nil {
			return err
		}
	}
	if err := showLogEnds(info.LogEnds, "=", emit); err != nil {
		return err
	}
	return showTables(info.Tables, "=", emit)
}

func showLogEnds(ends []engine.LogEnd, sign string, emit emitter) error {
	for _, l := range ends {
		if err := emit(nil, "  %s %s, closed at %d", sign, l.File, l.Bytes); err != nil {
			return err
		}
	}
	return nil
}

func logEndObjects(ends []engine.LogEnd) []any {
	all := []any{}
	for _, l := range ends {
		all = append(all, map[string]any{"file": l.File, "bytes": l.Bytes})
	}
	return all
}

func showTables(tables []engine.TableInfo, sign string, emit emitter) error {
	for i := range tables {
		t := &tables[i]
		if err := emit(nil, "  %s level %d %s, %d bytes, %d entries, %s..%s", sign, t.Level, t.File, t.Bytes, t.Entries,
			abridged(t.Smallest), abridged(t.Largest)); err != nil {
			return err
		}
		for _, u := range t.Blobs {
			if err := emit(nil, "      refers to %d values, %d bytes of %s", u.Values, u.Bytes, u.File); err != nil {
				return err
			}
		}
	}
	return nil
}

func tableObjects(tables []engine.TableInfo) []any {
	all := []any{}
	for i := range tables {
		all = append(all, tableObject(&tables[i]))
	}
	return all
}
