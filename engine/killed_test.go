package engine_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

const (
	killedDirEnv = "LIGHTNING_TEST_KILLED_DIR" // tells the test that it is the process to be killed
	killedAcks   = 4000                        // acknowledgements after which it is killed
	killedWriter = 6
)

// killedOptions rotate logs every few commits and put some values into blob files.
func killedOptions() engine.Options {
	return engine.Options{MemtableBytes: 256 << 10, LargeValueBytes: 20 << 10, BlobValueBytes: 2 << 10}
}

func killedKey(writer, i int) []byte { return fmt.Appendf(nil, "%d-%d", writer, i) }

// killedValue has a length of up to 30 KiB.
func killedValue(writer, i int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "value %d-%d.", writer, i), 1+(writer*7919+i*104729)%2500*(i%5)/4)
}

// TestKilledProcessLosesNoAcknowledgedCommit really kills a process that writes with NoSync.
func TestKilledProcessLosesNoAcknowledgedCommit(t *testing.T) {
	if dir := os.Getenv(killedDirEnv); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	if testing.Short() {
		t.Skip("slow: starts and kills processes; run without -short")
	}
	for range 3 {
		dir := t.TempDir()
		acked := killedProcess(t, dir)
		db, err := engine.Open(dir, killedOptions())
		require.NoError(t, err)
		require.NoError(t, db.Verify())
		total := 0
		for writer, n := range acked {
			for i := range n {
				v, err := db.Get(killedKey(writer, i))
				require.NoError(t, err, "acknowledged: writer %d, commit %d of %d", writer, i, n)
				require.True(t, bytes.Equal(killedValue(writer, i), v))
			}
			total += n
		}
		require.GreaterOrEqual(t, total, killedAcks)
		require.NoError(t, db.Close())
	}
}

// killedProcess runs the writers in a separate process, kills it, and returns how many commits of each writer had been
// acknowledged.
func killedProcess(t *testing.T, dir string) (acked [killedWriter]int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLosesNoAcknowledgedCommit$", "-test.count=1")
	cmd.Env = append(os.Environ(), killedDirEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		var writer, i int
		if _, err := fmt.Sscanf(lines.Text(), "acked %d %d", &writer, &i); err != nil {
			require.NotContains(t, strings.ToLower(lines.Text()), "acked ", "only the last line may be cut short")
			n--
			continue
		}
		require.Equal(t, acked[writer], i, "acknowledgements come in order")
		acked[writer]++
		if n == killedAcks {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	require.False(t, exit.Exited(), "it was killed: %v", exit)
	return acked
}

// writeUntilKilled reports on standard output what was acknowledged.
func writeUntilKilled(t *testing.T, dir string) {
	t.Helper()
	db, err := engine.Open(dir, killedOptions())
	require.NoError(t, err)
	var wg sync.WaitGroup
	for writer := range killedWriter {
		wg.Go(func() {
			for i := 0; ; i++ {
				if err := db.Put(killedKey(writer, i), killedValue(writer, i), engine.NoSync); err != nil {
					panic(err)
				}
				if _, err := os.Stdout.Write(fmt.Appendf(nil, "acked %d %d\n", writer, i)); err != nil {
					panic(err)
				}
			}
		})
	}
	wg.Wait()
}
