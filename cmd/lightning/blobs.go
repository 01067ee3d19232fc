package lightning

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// blobLine describes a blob file of a store.
func blobLine(f *engine.BlobFileInfo) string {
	line := fmt.Sprintf("%s: %d bytes, %d of them used by tables", f.File, f.Bytes, f.LiveBytes)
	if f.Logs {
		return line + ", the rest may be used by logs"
	}
	return fmt.Sprintf("%s, %d garbage", line, f.GarbageBytes)
}

func blobObjects(files []engine.BlobFileInfo) []any {
	all := []any{}
	for _, f := range files {
		object := map[string]any{"file": f.File, "bytes": f.Bytes, "live_bytes": f.LiveBytes, "logs": f.Logs}
		if !f.Logs {
			object["garbage_bytes"] = f.GarbageBytes
		}
		all = append(all, object)
	}
	return all
}

// blobBytes returns how many bytes in blob files a table refers to.
func blobBytes(t *engine.TableInfo) (sum uint64) {
	for _, u := range t.Blobs {
		sum += u.Bytes
	}
	return sum
}

func useObjects(uses []engine.BlobUse) []any {
	all := []any{}
	for _, u := range uses {
		all = append(all, map[string]any{"file": u.File, "values": u.Values, "bytes": u.Bytes})
	}
	return all
}

func rangeObjects(ranges []engine.RangeDelete) []any {
	all := []any{}
	for _, r := range ranges {
		all = append(all, addBytes(addBytes(map[string]any{"seq": r.Seq}, "start", r.Start), "end", r.End))
	}
	return all
}

// entryText describes an entry without its key.
func entryText(e *engine.Entry) string {
	switch {
	case e.Blob != nil:
		return fmt.Sprintf("%d bytes in %s offset %d", e.Blob.Bytes, e.Blob.File, e.Blob.Offset)
	case e.Kind == "delete range":
		return "to " + abridged(e.Value)
	}
	return fmt.Sprintf("%d bytes", len(e.Value))
}

// entryObject describes an entry, without its value, as a JSON object.
func entryObject(e *engine.Entry) map[string]any {
	object := addBytes(map[string]any{"seq": e.Seq, "kind": e.Kind}, "key", e.Key)
	switch {
	case e.Blob != nil:
		object["value_bytes"] = e.Blob.Bytes
		object["blob"] = map[string]any{"file": e.Blob.File, "offset": e.Blob.Offset}
	case e.Kind == "delete range":
		addBytes(object, "end", e.Value)
	default:
		object["value_bytes"] = len(e.Value)
	}
	return object
}
