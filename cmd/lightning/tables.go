package lightning

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

func tableLine(t *engine.TableInfo) string {
	return fmt.Sprintf("%s\t%d\t%d\t%d..%d\t%s..%s", t.File, t.Bytes, t.Entries, t.MinSeq, t.MaxSeq, abridged(t.Smallest),
		abridged(t.Largest))
}

func tableObject(t *engine.TableInfo) map[string]any {
	if t.Bytes == 0 {
		return map[string]any{"file": t.File, "level": t.Level} // a deleted table, of which nothing else is known
	}
	object := map[string]any{
		"file": t.File, "bytes": t.Bytes, "entries": t.Entries, "min_seq": t.MinSeq, "max_seq": t.MaxSeq,
	}
	if t.Level >= 0 {
		object["level"] = t.Level
	}
	if t.Tombstones > 0 {
		object["tombstones"] = t.Tombstones
	}
	if len(t.Blobs) > 0 {
		object["blobs"] = useObjects(t.Blobs)
	}
	if len(t.RangeDeletes) > 0 {
		object["range_deletes"] = rangeObjects(t.RangeDeletes)
	}
	return addBytes(addBytes(object, "smallest", t.Smallest), "largest", t.Largest)
}
