package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

func (c *cli) checkpointCommand() *cobra.Command {
	return c.store("checkpoint DIR TARGET", "Copy a store to a new directory, with hard links if possible",
		[]string{"DIR", "TARGET"}, func(args []string) (printable, error) {
			err := opened(args[0], func(db *engine.DB) error { return db.Checkpoint(args[1]) })
			return said(map[string]any{"checkpoint": args[1]}, "%s is a store of its own", args[1]), err
		})
}

// said is a result of one line.
func said(content any, format string, args ...any) document {
	return document{content: content, render: func(w io.Writer) error {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		return err
	}}
}

func (c *cli) backupCommand() *cobra.Command {
	return c.store("backup DIR REPOSITORY", "Add a backup of a store to a repository, which is made if need be",
		[]string{"DIR", "REPOSITORY"}, func(args []string) (printable, error) {
			var info engine.BackupInfo
			err := opened(args[0], func(db *engine.DB) (err error) {
				info, err = engine.Backup(db, args[1])
				return err
			})
			return said(info, "%s", backupLine(&info)), err
		})
}

func backupLine(b *engine.BackupInfo) string {
	return fmt.Sprintf("backup %d: %d files, %d bytes, %d of them new", b.ID, b.Files, b.Bytes, b.NewBytes)
}

func (c *cli) backupsCommand() *cobra.Command {
	return c.store("backups REPOSITORY", "List the backups of a repository", []string{"REPOSITORY"},
		func(args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			all, damage := engine.Backups(args[0], engine.Options{})
			if len(all) == 0 && damage != nil {
				return nil, damage
			}
			return document{all, func(w io.Writer) error {
				for i := range all {
					fmt.Fprintln(w, backupLine(&all[i]))
				}
				if damage != nil {
					fmt.Fprintln(w, plainText(oneLine(damage)))
				}
				return nil
			}, damage != nil}, nil
		})
}

func (c *cli) restoreCommand() *cobra.Command {
	var id uint64
	cmd := c.store("restore REPOSITORY DIR", "Make a new store out of a backup, and check every checksum",
		[]string{"REPOSITORY", "DIR"}, func(args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			info, err := engine.Restore(args[0], id, args[1], engine.Options{})
			return said(info, "%s is backup %d, %d bytes", args[1], info.ID, info.Bytes), err
		})
	cmd.Flags().Uint64Var(&id, "id", 0, "`NUMBER` of the backup (default the newest)")
	return cmd
}

func (c *cli) pruneCommand() *cobra.Command {
	var keep int
	var id uint64
	var cmd *cobra.Command
	cmd = c.store("prune REPOSITORY", "Delete old backups, and the files that no other backup needs",
		[]string{"REPOSITORY"}, func(args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			switch byID := cmd.Flags().Changed("id"); {
			case cmd.Flags().Changed("keep") == byID:
				return nil, usageError("give either --keep N or --id NUMBER")
			case !byID && keep < 1:
				return nil, usageError("--keep must be at least 1: prune never deletes all backups")
			case byID:
				return said(map[string]any{"deleted": []uint64{id}}, "deleted backup %d", id),
					engine.DeleteBackup(args[0], id, engine.Options{})
			}
			deleted, err := engine.PruneBackups(args[0], keep, engine.Options{})
			if len(deleted) > 0 && err != nil {
				err = printFirst{err}
			}
			return said(map[string]any{"deleted": append([]uint64{}, deleted...)}, "backups deleted: %d",
				len(deleted)), err
		})
	cmd.Flags().IntVar(&keep, "keep", 0, "keep the newest `N` backups")
	cmd.Flags().Uint64Var(&id, "id", 0, "delete only the backup with this `NUMBER`")
	return cmd
}

func (c *cli) repairCommand() *cobra.Command {
	cmd := c.store("repair DIR", "Salvage what is readable of a damaged store; the old files stay in DIR/lost",
		[]string{"DIR"}, func(args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			r, err := engine.Repair(args[0], engine.Options{})
			lost := []any{}
			for _, l := range r.Lost {
				object := map[string]any{"file": l.File, "offset": l.Offset, "bytes": l.Bytes, "cause": l.Cause}
				for name, key := range map[string][]byte{"after": l.After, "before": l.Before, "key": l.Key} {
					if key != nil {
						binary(object, name, key)
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
	cmd.Long = "Salvage what is readable of a damaged store, in place.\n\nEverything that was there before is kept in" +
		" DIR/lost until you remove it.\nWhat is lost is listed; a key whose newest version is lost may have an older" +
		" value, and a deleted key may be back.\nThe exit code is 0 if there is a whole store now."
	return cmd
}

func printRepair(w io.Writer, r *engine.RepairReport) error {
	if r.Damage == "" {
		_, err := fmt.Fprintln(w, "the store is whole; nothing was changed")
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
