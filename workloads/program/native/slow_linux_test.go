package native_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// hastyWord makes the test binary a program that acknowledges while a sync is in progress.
const hastyWord = "__hasty"

// hasty writes rows and acknowledges each after a number of calls of the disk, while another thread syncs it.
func hasty(dir string) error {
	f, err := os.Create(filepath.Join(dir, "rows"))
	if err != nil {
		return err
	}
	ack, err := os.OpenFile(filepath.Join(dir, ".torture", "ack"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	for i := range 20 {
		if _, err := fmt.Fprintln(f, "row", i); err != nil {
			return err
		}
		begun, synced := make(chan struct{}), make(chan error)
		go func() {
			close(begun)
			synced <- f.Sync()
		}()
		<-begun
		for range 10 {
			d, err := os.ReadDir(dir)
			if err != nil || len(d) != 1 {
				return fmt.Errorf("%v: %w", d, err)
			}
		}
		_, err := fmt.Fprintln(ack, "row", i)
		if err := errors.Join(err, <-synced); err != nil {
			return err
		}
	}
	return errors.Join(f.Close(), ack.Close())
}

func TestAnAcknowledgementOvertakesTheSyncThatItDoesNotAwait(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	s := native.Spec{Program: []string{"/proc/self/exe", hastyWord, program.Dir}}
	out, err := native.Explore(t.Context(), native.Request{Spec: s, Profile: "posix-min", OnlyTape: true}, nil)
	require.NoError(t, err)
	require.Empty(t, out.Recording.Ended)
	syncs, overtaken := 0, 0
	for i := range out.Recording.Trace {
		op := &out.Recording.Trace[i]
		if op.Kind != faultfs.OpSync {
			continue
		}
		if syncs++; len(out.Recording.Acked(op.Tick-1)) == syncs {
			overtaken++
		}
	}
	assert.Equal(t, 20, syncs)
	assert.Positive(t, overtaken, "rows that were acknowledged before their sync took effect")
}
