package lightning

import (
	"context"
	"io"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

// A signal ends a command of engine at once, wherever it is: in the engine, which knows no context, or in a write that
// nobody reads.
func TestASignalEndsAStoreCommand(t *testing.T) {
	for name, hang := range map[string]func(block chan struct{}) (func() (printable, error), io.Writer){
		"in the engine": func(block chan struct{}) (func() (printable, error), io.Writer) {
			return func() (printable, error) { <-block; return nil, io.EOF }, io.Discard
		},
		"while it prints": func(chan struct{}) (func() (printable, error), io.Writer) {
			_, full := io.Pipe() // which blocks until somebody reads
			return func() (printable, error) { return sentence(nil, "done"), nil }, full
		},
	} {
		t.Run(name, func(t *testing.T) {
			block := make(chan struct{})
			defer close(block)
			ctx, cancel := context.WithCancelCause(t.Context())
			run, out := hang(block)
			cmd := storeCommand("hang", "", nil, func(*cobra.Command, []string) (printable, error) {
				cancel(exit.Interrupt{Signal: syscall.SIGTERM})
				return run()
			})
			cmd.SetArgs(nil)
			cmd.SetOut(out)
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			err := cmd.ExecuteContext(ctx)
			code, _ := exit.Of(err)
			require.EqualValues(t, 143, code)
		})
	}
}
