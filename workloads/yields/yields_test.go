package yields_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/schedule"
	"github.com/lightningdb/lightning-torture/workloads/yields"
)

// counts returns what the program race counts with each of 20 seeds, if it is built with these flags.
func counts(t *testing.T, flags string, args ...string) (all []string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "race.wasm")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", name, "./testdata/race")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS="+flags)
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, string(text))
	module, err := os.ReadFile(name)
	require.NoError(t, err)
	p, err := schedule.Load(t.Context(), module, "")
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close(t.Context())) }()
	for seed := range uint64(20) {
		var out bytes.Buffer
		o, err := p.Run(t.Context(), seed, schedule.Job{Args: append([]string{"race"}, args...), Stdout: &out, Stderr: &out})
		require.NoError(t, err)
		require.Zero(t, o.ExitCode, out.String())
		all = append(all, out.String())
	}
	return all
}

// Without yields no schedule of this program shows the race, because it calls nothing between reading and writing. Seeds
// determine the schedules, so the outcome does not depend on the machine.
func TestALostUpdateShows(t *testing.T) {
	needGo(t)
	require.NotContains(t, strings.Join(counts(t, ""), " "), "1", "without yields")
	flags, err := yields.Flags(t.Context(), ".", t.TempDir(), "./testdata/race")
	require.NoError(t, err)
	require.Contains(t, strings.Join(counts(t, flags), " "), "1", "with yields, at least one count is between 100 and 199")
	for _, n := range counts(t, flags, "locked") {
		require.Equal(t, "200", n)
	}
}

// An overlay that is in force already is what gets the yields, so that a mutant can have them.
func TestAnOverlayInForceIsKept(t *testing.T) {
	needGo(t)
	source, err := os.ReadFile("testdata/race/main.go")
	require.NoError(t, err)
	dir := t.TempDir()
	changed, list := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(changed, bytes.ReplaceAll(source, []byte("range 100"), []byte("range 400")), 0o600))
	at, err := filepath.Abs("testdata/race/main.go")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(list, []byte(`{"Replace":{"`+filepath.ToSlash(at)+`":"`+filepath.ToSlash(changed)+`"}}`), 0o600))
	t.Setenv("GOFLAGS", "-overlay="+list+" -buildvcs=false")
	flags, err := yields.Flags(t.Context(), ".", t.TempDir(), "./testdata/race")
	require.NoError(t, err)
	require.Contains(t, flags, "-buildvcs=false")
	for _, n := range counts(t, flags, "locked") {
		require.Equal(t, "800", n)
	}
}

func TestPackagesThatDoNotExistAreAnError(t *testing.T) {
	needGo(t)
	_, err := yields.Flags(t.Context(), ".", t.TempDir(), "./testdata/none")
	require.ErrorIs(t, err, yields.ErrSource)
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command in PATH, to build the program")
	}
}
