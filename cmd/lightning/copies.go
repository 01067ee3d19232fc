package lightning

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/engine"
)

func checkpointCommand() *cobra.Command {
	return storeCommand("checkpoint DIR TARGET", "Copy a store to a new directory, with hard links if possible",
		[]string{"DIR", "TARGET"}, func(cmd *cobra.Command, args []string) (printable, error) {
			err := opened(args[0], func(db *engine.DB) error { return db.CheckpointContext(cmd.Context(), args[1]) })
			return sentence(map[string]any{"checkpoint": args[1]}, "%s: complete; it is a store independent of the original", args[1]), err
		})
}

func backupCommand() *cobra.Command {
	return storeCommand("backup DIR REPOSITORY", "Add a backup of a store to a repository, which is created if necessary",
		[]string{"DIR", "REPOSITORY"}, func(cmd *cobra.Command, args []string) (printable, error) {
			var info engine.BackupInfo
			err := opened(args[0], func(db *engine.DB) (err error) {
				info, err = engine.BackupContext(cmd.Context(), db, args[1])
				return err
			})
			return sentence(info, "%s", backupLine(&info)), err
		})
}

func backupLine(b *engine.BackupInfo) string {
	return fmt.Sprintf("backup %d: %d files, %d bytes, %d of them new", b.ID, b.Files, b.Bytes, b.NewBytes)
}

func backupsCommand() *cobra.Command {
	return storeCommand("backups REPOSITORY", "List the backups of a repository", []string{"REPOSITORY"},
		func(_ *cobra.Command, args []string) (printable, error) {
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
					fmt.Fprintln(w, plainText(exit.Line(damage)))
				}
				return nil
			}, damage != nil}, nil
		})
}

func restoreCommand() *cobra.Command {
	var id uint64
	cmd := storeCommand("restore REPOSITORY DIR", "Recreate a store from a backup, verifying every checksum",
		[]string{"REPOSITORY", "DIR"}, func(cmd *cobra.Command, args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			info, err := engine.RestoreContext(cmd.Context(), args[0], id, args[1], engine.Options{})
			return sentence(info, "%s: restored from backup %d, %d bytes", args[1], info.ID, info.Bytes), err
		})
	cmd.Flags().Uint64Var(&id, "id", 0, "`NUMBER` of the backup (default the newest)")
	return cmd
}

func pruneCommand() *cobra.Command {
	var keep int
	var id uint64
	var cmd *cobra.Command
	cmd = storeCommand("prune REPOSITORY", "Delete old backups and the files that no other backup needs",
		[]string{"REPOSITORY"}, func(_ *cobra.Command, args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			switch byID := cmd.Flags().Changed("id"); {
			case cmd.Flags().Changed("keep") == byID:
				return nil, exit.Usagef("give either --keep N or --id NUMBER")
			case !byID && keep < 1:
				return nil, exit.Usagef("--keep must be at least 1: prune never deletes all backups")
			case byID:
				return sentence(map[string]any{"deleted": []uint64{id}}, "deleted backup %d", id),
					engine.DeleteBackup(args[0], id, engine.Options{})
			}
			deleted, err := engine.PruneBackups(args[0], keep, engine.Options{})
			if len(deleted) > 0 && err != nil {
				err = printFirst{err}
			}
			return sentence(map[string]any{"deleted": append([]uint64{}, deleted...)}, "backups deleted: %d",
				len(deleted)), err
		})
	cmd.Flags().IntVar(&keep, "keep", 0, "keep the newest `N` backups")
	cmd.Flags().Uint64Var(&id, "id", 0, "delete only the backup with this `NUMBER`")
	return cmd
}
