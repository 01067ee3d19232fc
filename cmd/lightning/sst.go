package lightning

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func sstCommand() *cobra.Command {
	var entries bool
	cmd := inspectCommand("sst", "Show the layout, the properties and optionally the entries of a table", engine.TableFile,
		func(ctx context.Context, path string, emit emitter) (bool, error) {
			return false, showTable(ctx, path, entries, emit)
		})
	cmd.Flags().BoolVar(&entries, "entries", false, "also print every entry")
	return cmd
}

func showTable(ctx context.Context, path string, entries bool, emit emitter) error {
	info, err := engine.InspectTableContext(ctx, path, engine.Options{}, nil)
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
	_, err = engine.InspectTableContext(ctx, path, engine.Options{}, func(e engine.Entry) error {
		if e.Blob != nil {
			return emit(entryObject(&e), "%q #%d %s, %s", e.Key, e.Seq, e.Kind, entryText(&e))
		}
		return emit(addBytes(entryObject(&e), "value", e.Value), "%q #%d %s %q", e.Key, e.Seq, e.Kind, e.Value)
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
		addBytes(addBytes(object, "first_key", d.FirstKey), "last_key", d.LastKey)
	}
	return object
}
