package mutants_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/mutants"
)

// TestTry runs the mutants of a small module whose lab has the command line of the real one.
func TestTry(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("testdata", "module"))
	require.NoError(t, err)
	all, err := mutants.Load(os.DirFS(filepath.Join(root, "mutants")))
	require.NoError(t, err)
	want := map[string]struct {
		verdict  mutants.Verdict
		sentence string
	}{
		"01-last-number-wins": {mutants.Killed, "the sum is 3, want 5"},
		"02-nobody-subtracts": {mutants.Survived, "found nothing"},
		"03-not-go":           {mutants.Broken, "undefined: m"},
		"04-panics":           {mutants.Broken, "exit code 2 and no JSON result"},
		"05-hangs":            {mutants.Broken, "did not end within"},
		"06-false-alarm":      {mutants.Broken, "complains about the unchanged engine too"},
		"07-wrong-exit-code":  {mutants.Broken, "do not fit together"},
		"08-stale":            {mutants.Broken, "engine/engine.go contains these lines more than once"},
	}
	require.Len(t, all, len(want))
	lab := mutants.Lab{
		Root: root, Package: "./cmd/lightning-torture", For: time.Second, Grace: 4 * time.Second, Scratch: t.TempDir(),
	}
	for _, m := range all {
		t.Run(m.Name, func(t *testing.T) {
			got := lab.Try(t.Context(), m)
			require.Equal(t, want[m.Name].verdict, got.Verdict, got.Sentence)
			require.Contains(t, got.Sentence, want[m.Name].sentence)
			if got.Verdict == mutants.Killed {
				require.Equal(t, &mutants.Proof{
					Why: "one is gone", OneEdge: true, Named: true, Changed: []string{"engine.(*Store).Add"}, Roles: []string{"by"},
					Shrunk: true, Operations: 2, Replayed: 19, Attempts: mutants.Replays,
				}, got.Proof)
			}
		})
	}
}
