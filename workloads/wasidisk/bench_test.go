package wasidisk_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// BenchmarkRun runs a small program on a disk, in a new instance each time and in one that is restored.
func BenchmarkRun(b *testing.B) {
	disk := faultfs.New(faultfs.Options{})
	run(b, disk, "store")
	job := schedule.Job{Args: []string{"calls", "look", "/db"}}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			var out bytes.Buffer
			job.Files, job.Stdout = files(disk), &out
			_, err := load(b).Run(b.Context(), 1, job)
			require.NoError(b, err)
		}
	})
	b.Run("put-back", func(b *testing.B) {
		again := load(b).Again(1, job)
		for b.Loop() {
			var out bytes.Buffer
			_, err := again.Run(b.Context(), files(disk), &out, nil)
			require.NoError(b, err)
		}
		require.NoError(b, again.Close())
	})
}
