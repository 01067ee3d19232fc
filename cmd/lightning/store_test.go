package lightning

import (
	"context"
	"io"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

// A signal ends an engine command soon, wherever it is: in a disk call that does not return, or in a write that no one
// reads. If the engine can end by itself, the command waits for it.
func TestASignalEndsAStoreCommandSoon(t *testing.T) {
	for name, hang := range map[string]func(block chan struct{}) (func() (printable, error), io.Writer){
		"in the engine": func(block chan struct{}) (func() (printable, error), io.Writer) {
			return func() (printable, error) { <-block; return nil, io.EOF }, io.Discard
		},
		"while it prints": func(block chan struct{}) (func() (printable, error), io.Writer) {
			return func() (printable, error) { return sentence(nil, "done"), nil }, full{block}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				block := make(chan struct{})
				defer close(block)
				run, out := hang(block)
				code, _ := exit.Of(stopped(t, func(context.Context) (printable, error) { return run() }, out))
				require.EqualValues(t, 143, code)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		cleaned := false
		err := stopped(t, func(ctx context.Context) (printable, error) {
			<-ctx.Done()
			time.Sleep(grace / 2) //nolint:forbidigo // on the clock of the bubble: it removes what it has made
			cleaned = true
			return nil, ctx.Err()
		}, io.Discard)
		code, _ := exit.Of(err)
		require.EqualValues(t, 143, code)
		require.True(t, cleaned)
	})
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, stopped(t, func(context.Context) (printable, error) { return sentence(nil, "done"), nil }, io.Discard),
			"it was done before it could be stopped")
	})
}

// full is a pipe that no one reads.
type full struct{ block chan struct{} }

func (f full) Write([]byte) (int, error) { <-f.block; return 0, io.ErrClosedPipe }

// stopped runs a command that a signal interrupts right at the start.
func stopped(t *testing.T, run func(context.Context) (printable, error), out io.Writer) error {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cmd := storeCommand("hang", "", nil, func(cmd *cobra.Command, _ []string) (printable, error) {
		cancel(exit.Interrupt{Signal: syscall.SIGTERM})
		return run(cmd.Context())
	})
	cmd.SetArgs([]string{})
	cmd.SetOut(out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(ctx)
}
