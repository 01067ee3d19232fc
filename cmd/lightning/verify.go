package lightning

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

func verifyCommand() *cobra.Command {
	return storeCommand("verify DIR", "Check every byte of a store or of a repository of backups, changing nothing",
		[]string{"DIR"}, func(cmd *cobra.Command, args []string) (printable, error) {
			if err := directory(args[0]); err != nil {
				return nil, err
			}
			r, err := engine.VerifyDirContext(cmd.Context(), args[0], engine.Options{})
			if errors.Is(err, engine.ErrNotADatabase) && isRepository(args[0]) {
				return sentence(map[string]any{"problems": []string{}}, "every backup in %s is intact", args[0]),
					engine.VerifyBackupsContext(cmd.Context(), args[0], engine.Options{})
			}
			if err != nil {
				return nil, err
			}
			content := map[string]any{
				"tables": r.Tables, "logs": r.Logs, "table_bytes": r.Bytes, "problems": list(r.Problems),
				"leftovers": list(r.Leftovers), "blob_files": blobObjects(r.BlobFiles),
			}
			return document{content, func(w io.Writer) error { return printVerify(w, cmd, args[0], &r) }, len(r.Problems) > 0}, nil
		})
}

// isRepository reports whether a directory holds backups, even damaged ones.
func isRepository(dir string) bool {
	_, err := engine.Backups(dir, engine.Options{})
	return err == nil || errors.Is(err, engine.ErrCorrupt)
}

func printVerify(w io.Writer, cmd *cobra.Command, dir string, r *engine.VerifyReport) error {
	fmt.Fprintf(w, "tables: %d, of %d bytes; logs: %d\n", r.Tables, r.Bytes, r.Logs)
	for i := range r.BlobFiles {
		fmt.Fprintln(w, blobLine(&r.BlobFiles[i]))
	}
	for _, name := range r.Leftovers {
		fmt.Fprintf(w, "left by a crash, will be removed by the next open: %s\n", name)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(w, plainText(p))
	}
	if len(r.Problems) > 0 {
		_, err := fmt.Fprintf(w, "DAMAGED; to salvage what is readable: %s repair %s\n", cmd.Parent().CommandPath(), gotest.Quote(dir))
		return err
	}
	_, err := fmt.Fprintln(w, "whole")
	return err
}
