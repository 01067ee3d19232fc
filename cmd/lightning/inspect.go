package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

type emitter = func(object any, format string, args ...any) error

// inspector is a command that shows single files, or all of a kind in a directory. show reports damage.
func (c *cli) inspector(
	use, short string, kind engine.FileKind, show func(path string, emit emitter) (damaged bool, err error),
) *cobra.Command {
	return c.store(use+" FILE|DIR", short, []string{"FILE|DIR"}, func(args []string) (printable, error) {
		var found bool
		return lines{found: &found, run: func(emit func(any, string, ...any) error) error {
			return eachFile(args[0], kind, func(path string) error {
				damaged, err := show(path, emit)
				if errors.Is(err, engine.ErrCorrupt) {
					damaged, err = true, emit(map[string]any{"file": path, "damage": err.Error()}, "%s: %s", path, plainText(err.Error()))
				}
				found = found || damaged
				return err
			})
		}}, nil
	})
}

func (c *cli) walCommand() *cobra.Command {
	return c.inspector("wal", "Print the commits of a log, and where its torn tail begins", engine.LogFile, showLog)
}

func showLog(path string, emit emitter) (bool, error) {
	info, err := engine.InspectLog(path, engine.Options{}, func(r engine.LogRecord) error {
		first, last := r.Writes[0].Seq, r.Writes[len(r.Writes)-1].Seq
		writes := []any{}
		for _, e := range r.Writes {
			writes = append(writes, entryObject(&e))
		}
		object := map[string]any{"offset": r.Offset, "bytes": r.Bytes, "first_seq": first, "last_seq": last, "writes": writes}
		if err := emit(object, "offset %d: commit %d..%d, %d writes, %d bytes", r.Offset, first, last, len(writes),
			r.Bytes); err != nil {
			return err
		}
		for _, e := range r.Writes {
			if err := emit(nil, "  %d %s %s, %s", e.Seq, e.Kind, abridged(e.Key), entryText(&e)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	if err := showGaps(info.Gaps, info.Damage, emit); err != nil {
		return false, err
	}
	object := map[string]any{"file": info.File, "bytes": info.Bytes, "records": info.Records, "damage": info.Damage}
	return info.Damage != "", emit(object, "%s: %d commits in %d bytes", info.File, info.Records, info.Bytes)
}

func showGaps(gaps []engine.LogGap, damage string, emit emitter) error {
	for _, g := range gaps {
		what := "unreadable"
		if g.Tail && damage == "" {
			what = "torn tail, which open ignores"
		}
		object := map[string]any{"gap": what, "from": g.From, "to": g.To}
		if err := emit(object, "offset %d to %d: %s", g.From, g.To, what); err != nil {
			return err
		}
	}
	if damage != "" {
		return emit(nil, "%s", plainText(damage))
	}
	return nil
}

func (c *cli) sstCommand() *cobra.Command {
	var entries bool
	cmd := c.inspector("sst", "Show the layout, the properties and, if asked, the entries of a table", engine.TableFile,
		func(path string, emit emitter) (bool, error) { return false, showTable(path, entries, emit) })
	cmd.Flags().BoolVar(&entries, "entries", false, "print every entry, too")
	return cmd
}

func showTable(path string, entries bool, emit emitter) error {
	info, err := engine.InspectTable(path, engine.Options{}, nil)
	if info.File == "" {
		return err
	}
	object := tableObject(&info)
	object["raw_key_bytes"], object["raw_value_bytes"] = info.RawKeyBytes, info.RawValueBytes
	object["format_version"], object["layout"] = info.Version, info.Layout
	parts := []any{}
	for i := range info.Parts {
		parts = append(parts, partObject(&info.Parts[i]))
	}
	object["parts"] = parts
	if err := emit(object, "%s: %d entries, sequence numbers %d..%d, keys %s..%s\n  %d bytes for keys of %d and values of "+
		"%d bytes; version %d, layout %s", info.File, info.Entries, info.MinSeq, info.MaxSeq, abridged(info.Smallest),
		abridged(info.Largest), info.Bytes, info.RawKeyBytes, info.RawValueBytes, info.Version, info.Layout); err != nil {
		return err
	}
	for i := range info.Parts {
		if err := emit(nil, "  %s", partLine(&info.Parts[i])); err != nil {
			return err
		}
	}
	for _, r := range info.RangeDeletes {
		if err := emit(nil, "  #%d deletes %s to %s", r.Seq, abridged(r.Start), abridged(r.End)); err != nil {
			return err
		}
	}
	if err != nil || !entries {
		return err
	}
	_, err = engine.InspectTable(path, engine.Options{}, func(e engine.Entry) error {
		if e.Blob != nil {
			return emit(entryObject(&e), "%q #%d %s, %s", e.Key, e.Seq, e.Kind, entryText(&e))
		}
		return emit(binary(entryObject(&e), "value", e.Value), "%q #%d %s %q", e.Key, e.Seq, e.Kind, e.Value)
	})
	return err
}

func partLine(p *engine.PartInfo) string {
	line := fmt.Sprintf("offset %d: %s, %d bytes", p.Offset, p.Name, p.Bytes)
	switch d := p.Data; {
	case d == nil:
		return line
	case d.PayloadBytes == 0:
		return fmt.Sprintf("%s, unreadable, up to %s #%d", line, abridged(d.LastKey), d.LastSeq)
	default:
		return fmt.Sprintf("%s, %s of %d, %s to %s #%d", line, d.Compression, d.PayloadBytes, abridged(d.FirstKey),
			abridged(d.LastKey), d.LastSeq)
	}
}

func partObject(p *engine.PartInfo) map[string]any {
	object := map[string]any{"part": p.Name, "offset": p.Offset, "bytes": p.Bytes}
	if d := p.Data; d != nil {
		object["compression"], object["payload_bytes"] = d.Compression, d.PayloadBytes
		binary(binary(object, "first_key", d.FirstKey), "last_key", d.LastKey)
	}
	return object
}

func (c *cli) manifestCommand() *cobra.Command {
	return c.inspector("manifest", "Print the edits of a manifest, one by one, and the state they lead to",
		engine.ManifestFile, showManifest)
}

func showManifest(path string, emit emitter) (bool, error) {
	n := 0
	info, err := engine.InspectManifest(path, engine.Options{}, func(e engine.ManifestEdit) error {
		n++
		object := map[string]any{
			"edit": n, "offset": e.Offset, "format_version": e.Version, "next_file": e.NextFile, "log_floor": e.LogFloor,
			"last_seq": e.LastSeq, "deleted": tableObjects(e.Deleted), "added": tableObjects(e.Added),
			"blob_files_deleted": list(e.BlobFilesDeleted), "blob_files_added": blobObjects(e.BlobFilesAdded),
		}
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
		if err := emit(object, "%s", line.String()); err != nil {
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
		return showTables(e.Added, "+", emit)
	})
	if err != nil {
		return false, err
	}
	if err := showGaps(info.Gaps, info.Damage, emit); err != nil {
		return false, err
	}
	object := map[string]any{
		"file": info.File, "bytes": info.Bytes, "edits": info.Edits, "damage": info.Damage,
		"format_version": info.Version, "next_file": info.NextFile, "log_floor": info.LogFloor, "last_seq": info.LastSeq,
		"tables": tableObjects(info.Tables), "blob_files": blobObjects(info.BlobFiles),
	}
	if err := emit(object, "%s: %d edits in %d bytes; format version %d, next file %d, logs from %d, commits up to %d in "+
		"tables", info.File, info.Edits, info.Bytes, info.Version, info.NextFile, info.LogFloor, info.LastSeq); err != nil {
		return false, err
	}
	for _, f := range info.BlobFiles {
		if err := emit(nil, "  = %s, %d bytes, %d of them of tables", f.File, f.Bytes, f.LiveBytes); err != nil {
			return false, err
		}
	}
	return info.Damage != "", showTables(info.Tables, "=", emit)
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
