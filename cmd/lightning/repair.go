package lightning

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func repairCommand() *cobra.Command {
	cmd := storeCommand("repair DIR", "Salvage what is readable in a damaged store; the old files stay in DIR/lost",
		[]string{"DIR"}, func(cmd *cobra.Command, args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			r, err := engine.RepairContext(cmd.Context(), args[0], engine.Options{})
			lost := []any{}
			for _, l := range r.Lost {
				object := map[string]any{"file": l.File, "offset": l.Offset, "bytes": l.Bytes, "cause": l.Cause}
				for name, key := range map[string][]byte{"after": l.After, "before": l.Before, "key": l.Key} {
					if key != nil {
						addBytes(object, name, key)
					}
				}
				lost = append(lost, object)
			}
			content := map[string]any{
				"damage": r.Damage, "tables": r.Tables, "logs": r.Logs, "entries": r.Entries, "lost": lost,
				"warnings": list(r.Warnings), "lost_dir": r.LostDir,
			}
			return document{content: content, render: func(w io.Writer) error { return printRepair(w, &r) }}, err
		})
	cmd.Long = "Salvage what is readable in a damaged store, in place.\n\nAll files of the damaged store are kept in" +
		" DIR/lost until you remove it.\nThe command lists what is lost; a key whose newest version is lost may have an older" +
		" value, and a deleted key may be back.\nThe exit code is 0 if the store is intact afterwards."
	return cmd
}

func printRepair(w io.Writer, r *engine.RepairReport) error {
	if r.Damage == "" {
		_, err := fmt.Fprintln(w, "the store is intact; nothing was changed")
		return err
	}
	for _, l := range r.Lost {
		fmt.Fprintf(w, "lost: %s offset %d, %d bytes: %s\n", l.File, l.Offset, l.Bytes, plainText(l.Cause))
		if l.Key != nil {
			fmt.Fprintf(w, "  value of key %s\n", abridged(l.Key))
		}
		if l.After != nil {
			fmt.Fprintf(w, "  after key %s\n", abridged(l.After))
		}
		if l.Before != nil {
			fmt.Fprintf(w, "  before key %s\n", abridged(l.Before))
		}
	}
	for _, text := range r.Warnings {
		fmt.Fprintf(w, "beware: %s\n", text)
	}
	_, err := fmt.Fprintf(w, "repaired: %d keys from %d tables and %d logs; the old files are in %s\n", r.Entries, r.Tables,
		r.Logs, r.LostDir)
	return err
}
