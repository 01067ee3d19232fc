package evidence

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// constants maps each enumeration to the names of its values in Go.
var constants = map[reflect.Type][]string{
	reflect.TypeFor[history.Kind](): {
		"history.Get", "history.Put", "history.Delete", "history.Batch", "history.Scan", "history.Snapshot", "history.Txn",
		"history.Flush", "history.Compact", "history.CAS", "history.Increment", "history.Append", "history.Cursor", "history.Barrier",
		"history.Inspect", "history.Checkpoint", "history.Backup", "history.Restore", "history.ReadCopy", "history.Close",
		"history.Open", "history.Look", "history.SecondOpen", "history.AppendEntries", "history.TruncateFront", "history.TruncateBack",
		"history.FirstIndex", "history.LastIndex", "history.Ingest",
	},
	reflect.TypeFor[history.Durability]():  {"history.Sync", "history.NoSync", "history.Buffered"},
	reflect.TypeFor[workloads.Isolation](): {"workloads.ReadOnly", "workloads.SnapshotIsolation", "workloads.Serializable"},
}

// literal returns a value as Go source. Zero fields are left out, except the kind of a step.
func literal(v reflect.Value) string {
	if names := constants[v.Type()]; names != nil && int(v.Uint()) < len(names) {
		return names[v.Uint()]
	}
	switch v.Kind() {
	case reflect.Pointer:
		return "&" + literal(v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return "[]byte(" + strconv.Quote(string(v.Bytes())) + ")"
		}
		return typeName(v.Type()) + "{" + elements(v) + "}"
	case reflect.Struct:
		return typeName(v.Type()) + "{" + fields(v) + "}"
	case reflect.Map:
		return "torture." + v.Type().Name() + "{" + pairs(v) + "}"
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10) // seeds are decimal everywhere
	default:
		return fmt.Sprintf("%#v", v.Interface())
	}
}

func elements(v reflect.Value) string {
	var b strings.Builder
	for i := range v.Len() {
		text := literal(v.Index(i))
		if kind := v.Type().Elem(); kind.Kind() == reflect.Struct || kind.Kind() == reflect.Slice && kind.Elem().Kind() != reflect.Uint8 {
			text = strings.TrimPrefix(text, typeName(kind)) // elements of a composite literal need no type
		}
		fmt.Fprintf(&b, "%s,", text)
		if v.Type().Elem() == reflect.TypeFor[workloads.Step]() {
			b.WriteString("\n")
		}
	}
	if v.Len() > 0 && v.Type().Elem() == reflect.TypeFor[workloads.Step]() {
		return "\n" + b.String()
	}
	return b.String()
}

// pairs returns the elements of a map with string keys, ordered by key.
func pairs(v reflect.Value) string {
	var all []string
	for at := v.MapRange(); at.Next(); {
		all = append(all, literal(at.Key())+": "+literal(at.Value())+",")
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

func fields(v reflect.Value) string {
	var b strings.Builder
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && (!v.Field(i).IsZero() || f.Name == "Kind") {
			fmt.Fprintf(&b, "%s: %s,", f.Name, literal(v.Field(i)))
			if v.Type() == reflect.TypeFor[Case]() || v.Type() == reflect.TypeFor[workloads.Script]() {
				b.WriteString("\n")
			}
		}
	}
	if strings.Contains(b.String(), ",\n") {
		return "\n" + b.String()
	}
	return b.String()
}

// typeName returns the name of a type as written in another package.
func typeName(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "[]" + typeName(t.Elem())
	}
	return path.Base(t.String())
}
