package lightning

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func walCommand() *cobra.Command {
	return inspectCommand("wal", "Print the commits of a log and where its torn tail begins", engine.LogFile, showLog)
}

func showLog(ctx context.Context, path string, emit emitter) (bool, error) {
	info, err := engine.InspectLogContext(ctx, path, engine.Options{}, func(r engine.LogRecord) error {
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
	object := map[string]any{
		"file": info.File, "bytes": info.Bytes, "closed_at": info.End, "records": info.Records, "damage": info.Damage,
	}
	closed := ""
	if info.End > 0 {
		closed = fmt.Sprintf(", closed at %d", info.End)
	}
	return info.Damage != "", emit(object, "%s: %d commits in %d bytes%s", info.File, info.Records, info.Bytes, closed)
}
