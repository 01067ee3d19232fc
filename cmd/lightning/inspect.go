package lightning

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine"
)

type emitter = func(object any, format string, args ...any) error

// inspectCommand returns a command that shows one file, or all files of a kind in a directory. show reports whether it
// found damage.
func inspectCommand(
	use, short string, kind engine.FileKind,
	show func(ctx context.Context, path string, emit emitter) (damaged bool, err error),
) *cobra.Command {
	return storeCommand(use+" FILE|DIR", short, []string{"FILE|DIR"}, func(cmd *cobra.Command, args []string) (printable, error) {
		var found bool
		return lines{found: &found, run: func(emit emitter) error {
			return eachFile(args[0], kind, func(path string) error {
				damaged, err := show(cmd.Context(), path, emit)
				if errors.Is(err, engine.ErrCorrupt) {
					damaged, err = true, emit(map[string]any{"file": path, "damage": err.Error()}, "%s: %s", path, plainText(err.Error()))
				}
				found = found || damaged
				return err
			})
		}}, nil
	})
}

func showGaps(gaps []engine.LogGap, damage string, emit emitter) error {
	for _, g := range gaps {
		what := "unreadable"
		if g.Tail && damage == "" {
			what = "torn tail, which open ignores"
		}
		object := map[string]any{"gap": what, "from": g.From, "to": g.To}
		if err := emit(object, "offset %d to %d: %s", g.From, g.To, what); err != nil {
			return err
		}
	}
	if damage != "" {
		return emit(nil, "%s", plainText(damage))
	}
	return nil
}
