package lightning

import (
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/engine"
)

// dumpFlags are the flags of dump.
type dumpFlags struct {
	prefix, from, to string
	limit            int
}

func dumpCommand() *cobra.Command {
	var f dumpFlags
	cmd := storeCommand("dump DIR", "Print keys and values in order", []string{"DIR"}, func(_ *cobra.Command, args []string) (printable, error) {
		if f.limit < 0 {
			return nil, exit.Usagef("--limit must not be negative")
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
		object := addBytes(addBytes(map[string]any{}, "key", it.Key()), "value", it.Value())
		if err := emit(object, "%q %q", it.Key(), it.Value()); err != nil {
			return errors.Join(err, it.Close())
		}
	}
	return errors.Join(it.Error(), it.Close())
}
