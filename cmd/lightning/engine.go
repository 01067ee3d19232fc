package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const engineText = `Look at the files of a Lightning store, and copy, save and repair stores.

A store is a directory. It must not be open elsewhere; wal, sst and manifest look at single files and do not mind. Only
repair, restore and checkpoint make or change a store, only backup and prune a repository of backups; the others change
nothing, though a file LOCK may be made.

Keys and values are printed as Go strings in double quotes; with --format json they are "key" and "value", or
"key_base64" and "value_base64" where they are not UTF-8. dump and wal print one JSON object a line.

Damage is a finding, exit code 1. A directory that is no store is exit code 2, a store that is open elsewhere 4.`

var engineFormats = []string{"text", "json"}

// engineCommand is the parent of all commands that work on stores.
func (c *cli) engineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "engine", Short: "Look at, verify, copy, save and repair Lightning stores", Long: engineText,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usageError("unknown command %q; choose one of %s", args[0], strings.Join(commandNames(cmd), ", "))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		c.verifyCommand(), c.dumpCommand(), c.lsmCommand(), c.walCommand(), c.sstCommand(), c.manifestCommand(),
		c.checkpointCommand(), c.backupCommand(), c.backupsCommand(), c.restoreCommand(), c.pruneCommand(),
		c.repairCommand(),
	)
	return cmd
}

// store is a subcommand of engine. Its run gets the arguments that are named and returns what to print.
func (c *cli) store(
	use, short string, names []string, run func(args []string) (printable, error),
) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: use, Short: short, Args: arguments(names...),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("format", format, engineFormats); err != nil {
				return err
			}
			result, failed := run(args)
			if failed != nil && !errors.As(failed, new(printFirst)) {
				return storeError(failed)
			}
			var err error
			if format == "json" {
				err = result.json(c.stdout)
			} else {
				err = result.text(c.stdout)
			}
			if err = errors.Join(failed, err); err == nil && result.damaged() {
				return exitViolation
			}
			return storeError(err)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the output: text, json")
	complete(cmd, "format", fixed(engineFormats...))
	return cmd
}

// storeError says what the person who typed the command can do about an error, and gives it its exit code.
func storeError(err error) error {
	var path *fs.PathError
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case err == nil, errors.As(err, new(exit)), is(errUsage):
		return err
	case is(engine.ErrCorrupt):
		return damageFound{plain{err}}
	case is(engine.ErrMissing):
		return usageError("%w: the directory is empty; name the directory of a store", plain{err})
	case is(engine.ErrNotADatabase):
		return usageError("%w; name the directory, or a file, of a store", plain{err})
	case is(engine.ErrNotARepository):
		return usageError("%w; name the directory that backups were made in", plain{err})
	case is(engine.ErrLocked):
		return fmt.Errorf("%w: %w; close it there first", torture.ErrHost, plain{err})
	case is(engine.ErrVersion), is(engine.ErrTargetNotEmpty), is(engine.ErrNoBackup), is(engine.ErrOptions):
		return usageError("%w", plain{err})
	case is(syscall.ENOTDIR) && errors.As(err, &path):
		return usageError("not a directory: %s", path.Path)
	case is(fs.ErrNotExist) && errors.As(err, &path):
		return usageError("no such file or directory: %s", path.Path)
	}
	return fmt.Errorf("%w: %w", torture.ErrHost, plain{err})
}

// printFirst is an error that came when something was done already, which is printed all the same.
type printFirst struct{ error }

func (p printFirst) Unwrap() error { return p.error }

// damageFound is an error that is a finding.
type damageFound struct{ error }

func (d damageFound) Unwrap() error { return d.error }

// plain is an error of the engine without the prefixes that only a programmer needs.
type plain struct{ error }

func (p plain) Error() string { return plainText(p.error.Error()) }
func (p plain) Unwrap() error { return p.error }

func plainText(text string) string {
	text = strings.ReplaceAll(text, engine.ErrCorrupt.Error()+": ", "damaged: ")
	text = strings.ReplaceAll(text, engine.ErrNotADatabase.Error(), "not a Lightning database")
	return strings.ReplaceAll(text, "engine: ", "")
}

// directory makes sure, before anything is asked of the engine, that a path is a directory.
func directory(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usageError("no such directory: %s", path)
	case err != nil:
		return err
	case !info.IsDir():
		return usageError("not a directory: %s", path)
	}
	return nil
}

// opened calls do with a store that is open for reading.
func opened(dir string, do func(*engine.DB) error) error {
	if err := directory(dir); err != nil {
		return err
	}
	db, err := engine.Open(dir, engine.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// eachFile calls do with a path if it is a file, or else with every file of the kind in the directory that it is.
func eachFile(path string, kind engine.FileKind, do func(path string) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	paths := []string{path}
	if info.IsDir() {
		if paths, err = engine.StoreFiles(path, kind, engine.Options{}); err != nil {
			return err
		}
	}
	for _, p := range paths {
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}
