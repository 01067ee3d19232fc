package torture

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// panicOutput returns what the Go runtime prints for a panic below the given calls.
func panicOutput(calls string) string {
	return "panic: gone\n\n" +
		"goroutine 7 [running]:\n" +
		"panic({0x1256160?, 0x3c16589280a0?})\n\t/usr/local/go/src/runtime/panic.go:860 +0x13a\n" +
		"encoding/json.Marshal({0x1, 0x2})\n\t/usr/local/go/src/encoding/json/encode.go:160 +0x1\n" + calls +
		"created by github.com/cockroachdb/pebble.(*DB).maybeScheduleFlush in goroutine 1\n\t/pebble/compaction.go:9 +0x1\n\n" +
		"goroutine 1 [select]:\ngithub.com/someone/else.f()\n\t/else.go:1 +0x1\n"
}

func TestTheResultOfADeadProcessHasWhatWasSaved(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	dir, target := t.TempDir(), toy.Target(toy.NoFileSync)
	opts := Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 12, Keys: 4, Dir: dir}
	var slots []string
	opts.Running, opts.Workers = func(slot int, token string) { slots = append(slots[:min(slot, len(slots))], token) }, 1
	earlier := filepath.Join(dir, "findings", "earlier"+evidence.Ext)
	require.NoError(t, os.MkdirAll(filepath.Dir(earlier), 0o777))
	require.NoError(t, os.WriteFile(earlier, nil, 0o666))
	began := time.Unix(1e9, 0)
	require.NoError(t, os.Chtimes(earlier, began, began.Add(-time.Second)))
	alive, err := Check(t.Context(), target, opts)
	require.NoError(t, err)
	require.NotEmpty(t, alive.Findings)

	require.Len(t, slots, 2, "the run, and one worker")
	last, err := evidence.DiedOf([]Target{target}, slots[1], &apart.Death{Output: panicOutput("example.com/db.open(0xc0)\n\t/db/open.go:8 +0x1\n")})
	require.NoError(t, err)
	require.NotZero(t, last.CrashTick)
	require.Equal(t, "kv", last.Workload)
	require.Equal(t, slots[1], last.Token)
	require.Equal(t, "The engine panicked in a goroutine of its own, in db.open, and ended the process: gone", last.Sentence)
	require.Equal(t, []string{"runtime/panic.go:860 panic", "json/encode.go:160 json.Marshal", "db/open.go:8 db.open"}, last.Evidence)
	dead, err := Posthumous(target, opts, last, began, time.Minute)
	require.NoError(t, err)
	require.InDelta(t, 60, dead.ElapsedSeconds, 0)
	require.Len(t, dead.Findings, len(alive.Findings)+1)
	require.Equal(t, alive.Findings[0].Sentence, dead.Findings[0].Sentence)
	require.Equal(t, *last, dead.Findings[len(dead.Findings)-1])

	_, err = evidence.DiedOf([]Target{target}, "LT2-NONE", &apart.Death{})
	require.ErrorIs(t, err, ErrBadToken)
}
