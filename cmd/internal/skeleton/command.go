package skeleton

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

const long = `Write the first files of a torture test into your module: an adapter to fill in, a test, and a command of your own.

A DIR that has a Go package gets one file, crash_test.go, which also sees what the package does not export. Any other DIR
becomes a package of its own: the adapter in target.go, the test in crash_test.go, and the command in torture/main.go.
DIR defaults to crashtest in the current directory. No file is overwritten, and go.mod is not changed; the lines that change
it are printed, along with the next steps.`

const example = `  lightning-torture init kv
  lightning-torture init log ../mymodule/internal/wal`

// Command returns the command init.
func Command() *cobra.Command {
	return &cobra.Command{
		Use: "init kv|log [DIR]", Short: "Write the skeleton of a test for your own store", Long: long, Example: example,
		ValidArgs: []string{string(KV), string(Log)},
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, dir, err := kindAndDir(cmd, args)
			if err != nil {
				return err
			}
			s, err := For(kind, dir)
			if err != nil {
				return exit.Usagef("%w", err)
			}
			if err := s.Write(); err != nil {
				return err
			}
			return s.print(cmd.OutOrStdout())
		},
	}
}

func kindAndDir(cmd *cobra.Command, args []string) (kind Kind, dir string, err error) {
	see := "; see " + cmd.CommandPath() + " --help"
	switch {
	case len(args) == 0:
		return "", "", exit.Usagef("say what your store is: kv, a key-value store, or log, an append-only log%s", see)
	case len(args) > 2:
		return "", "", exit.Usagef("unexpected argument %q%s", args[2], see)
	}
	if kind = Kind(args[0]); kind != KV && kind != Log {
		return "", "", exit.Usagef("unknown kind of store %q; choose one of kv, log", args[0])
	}
	if len(args) == 2 {
		return kind, args[1], nil
	}
	return kind, "crashtest", nil
}

// print prints what was written and what to do next.
func (s *Skeleton) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range s.Files {
		fmt.Fprintf(table, "wrote  %s\t%s\n", f.Path, f.Use)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nNext, in %s:\n\n", s.Place.Root)
	for _, h := range s.Hints() {
		if h.Use == "" {
			fmt.Fprintf(table, "  %s\n", h.Line)
		} else {
			fmt.Fprintf(table, "  %s\t# %s\n", h.Line, h.Use)
		}
	}
	return table.Flush()
}
