package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func (c *cli) verifyCommand() *cobra.Command {
	return c.store("verify DIR", "Check every byte of a store, or of a repository of backups; change nothing",
		[]string{"DIR"}, func(args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			r, err := engine.VerifyDir(args[0], engine.Options{})
			if errors.Is(err, engine.ErrNotADatabase) && isRepository(args[0]) {
				return said(map[string]any{"problems": []string{}}, "every backup of %s is whole", args[0]),
					engine.VerifyBackups(args[0], engine.Options{})
			}
			if err != nil {
				return nil, err
			}
			content := map[string]any{
				"tables": r.Tables, "logs": r.Logs, "table_bytes": r.Bytes, "problems": list(r.Problems),
				"leftovers": list(r.Leftovers), "blob_files": blobObjects(r.BlobFiles),
			}
			return document{content, func(w io.Writer) error { return printVerify(w, args[0], &r) }, len(r.Problems) > 0}, nil
		})
}

// isRepository reports whether a directory holds backups, damaged ones included.
func isRepository(dir string) bool {
	_, err := engine.Backups(dir, engine.Options{})
	return err == nil || errors.Is(err, engine.ErrCorrupt)
}

func list(s []string) []string { return append([]string{}, s...) }

func printVerify(w io.Writer, dir string, r *engine.VerifyReport) error {
	fmt.Fprintf(w, "tables: %d, of %d bytes; logs: %d\n", r.Tables, r.Bytes, r.Logs)
	for i := range r.BlobFiles {
		fmt.Fprintln(w, blobLine(&r.BlobFiles[i]))
	}
	for _, name := range r.Leftovers {
		fmt.Fprintf(w, "leftover of a crash, the next open removes it: %s\n", name)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(w, plainText(p))
	}
	if len(r.Problems) > 0 {
		_, err := fmt.Fprintf(w, "DAMAGED; to salvage what is readable: lightning-torture engine repair %s\n", quoted(dir))
		return err
	}
	_, err := fmt.Fprintln(w, "whole")
	return err
}

// dumpFlags say which entries to dump.
type dumpFlags struct {
	prefix, from, to string
	limit            int
}

func (c *cli) dumpCommand() *cobra.Command {
	var f dumpFlags
	cmd := c.store("dump DIR", "Print keys and values in order", []string{"DIR"}, func(args []string) (printable, error) {
		if f.limit < 0 {
			return nil, usageError("--limit must not be negative")
		}
		return lines{run: func(emit func(any, string, ...any) error) error {
			return opened(args[0], func(db *engine.DB) error { return f.dump(db, emit) })
		}}, nil
	})
	cmd.Flags().StringVar(&f.prefix, "prefix", "", "only keys that begin with `STRING`")
	cmd.Flags().StringVar(&f.from, "from", "", "only keys from `KEY` on")
	cmd.Flags().StringVar(&f.to, "to", "", "only keys before `KEY`")
	cmd.Flags().IntVar(&f.limit, "limit", 0, "at most `N` entries (default all)")
	return cmd
}

func (f *dumpFlags) dump(db *engine.DB, emit func(any, string, ...any) error) error {
	it, err := db.NewIterator(engine.IterOptions{
		LowerBound: []byte(max(f.from, f.prefix)), UpperBound: []byte(f.to),
	})
	if err != nil {
		return err
	}
	n := 0
	for ok := it.First(); ok && (f.limit == 0 || n < f.limit); ok = it.Next() {
		if !bytes.HasPrefix(it.Key(), []byte(f.prefix)) {
			break
		}
		n++
		object := binary(binary(map[string]any{}, "key", it.Key()), "value", it.Value())
		if err := emit(object, "%q %q", it.Key(), it.Value()); err != nil {
			return errors.Join(err, it.Close())
		}
	}
	return errors.Join(it.Error(), it.Close())
}

func (c *cli) lsmCommand() *cobra.Command {
	return c.store("lsm DIR", "Show the shape of the tree: levels, tables, key ranges, amplification", []string{"DIR"},
		func(args []string) (result printable, err error) {
			err = opened(args[0], func(db *engine.DB) error {
				tables, err := db.Shape()
				if err != nil {
					return err
				}
				blobs, err := db.BlobFiles()
				m := db.Metrics()
				result = shape(tables, blobs, &m)
				return err
			})
			return result, err
		})
}

func shape(tables []engine.TableInfo, blobs []engine.BlobFileInfo, m *engine.Metrics) printable {
	objects := []any{}
	for i := range tables {
		objects = append(objects, tableObject(&tables[i]))
	}
	content := map[string]any{
		"tables": objects, "read_amplification": m.ReadAmplification(), "space_amplification": m.SpaceAmplification(),
		"log_entries_bytes": m.MemtableBytes, "blob_files": blobObjects(blobs),
	}
	return document{content: content, render: func(w io.Writer) error {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "level\ttable\tbytes\tentries\tsequence numbers\tkeys\trange deletes\tin blob files")
		for i := range tables {
			fmt.Fprintf(t, "%d\t%s\t%d\t%d bytes\n", tables[i].Level, tableLine(&tables[i]), len(tables[i].RangeDeletes),
				blobBytes(&tables[i]))
		}
		if err := t.Flush(); err != nil {
			return err
		}
		for l, level := range m.Levels {
			if level.Tables > 0 {
				fmt.Fprintf(w, "level %d: %d tables, %d bytes\n", l, level.Tables, level.Bytes)
			}
		}
		for i := range blobs {
			fmt.Fprintln(w, blobLine(&blobs[i]))
		}
		_, err := fmt.Fprintf(w, "in memory, from logs: %d bytes\na lookup asks at most %d sources; the tables are %.2f times "+
			"the deepest level\n", m.MemtableBytes, m.ReadAmplification(), m.SpaceAmplification())
		return err
	}}
}

func tableLine(t *engine.TableInfo) string {
	return fmt.Sprintf("%s\t%d\t%d\t%d..%d\t%s..%s", t.File, t.Bytes, t.Entries, t.MinSeq, t.MaxSeq, abridged(t.Smallest),
		abridged(t.Largest))
}

func tableObject(t *engine.TableInfo) map[string]any {
	if t.Bytes == 0 {
		return map[string]any{"file": t.File, "level": t.Level} // a deleted one, of which no more is known
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
	return binary(binary(object, "smallest", t.Smallest), "largest", t.Largest)
}
