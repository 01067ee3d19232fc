package lightning

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func lsmCommand() *cobra.Command {
	return storeCommand("lsm DIR", "Show the shape of the tree: levels, tables, key ranges, amplification", []string{"DIR"},
		func(_ *cobra.Command, args []string) (result printable, err error) {
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
		_, err := fmt.Fprintf(w, "in memory, from logs: %d bytes\na lookup consults at most %d sources; the tables are %.2f times "+
			"the deepest level\n", m.MemtableBytes, m.ReadAmplification(), m.SpaceAmplification())
		return err
	}}
}
