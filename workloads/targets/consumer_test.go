package targets_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUsersKeepTheirVersions checks a module that imports the lab and all adapters and pins the engines' versions.
func TestUsersKeepTheirVersions(t *testing.T) {
	selected := selectedVersions(t, "with-engines")
	for module, pinned := range map[string]string{
		"github.com/akrylysov/pogreb":      "v0.10.2",
		"github.com/cockroachdb/pebble/v2": "v2.1.4",
		"github.com/dgraph-io/badger/v4":   "v4.2.0",
		"github.com/hashicorp/raft-wal":    "v0.4.1",
		"github.com/ncruces/go-sqlite3":    "v0.36.0",
		"github.com/syndtr/goleveldb":      "v1.0.1-0.20210819022825-2ae1ddf74ef7",
		"go.etcd.io/bbolt":                 "v1.3.6",
	} {
		require.Equal(t, pinned, selected[module], "%s: a user of its adapter must get the pinned version", module)
	}
}

// TestUsersOfTheLabGetNoEngine checks a module that imports only the lab. It must not bring in modules that only other
// modules of this repository need, or that a user may have in another version.
func TestUsersOfTheLabGetNoEngine(t *testing.T) {
	unwanted := []string{
		"github.com/akrylysov/", "github.com/cockroachdb/", "github.com/dgraph-io/", "github.com/ncruces/", "github.com/syndtr/", "go.etcd.io/", // engines
		"github.com/getsentry/", "github.com/prometheus/", "go.opentelemetry.io/", "google.golang.org/", // their dependencies
		"github.com/hashicorp/", "github.com/nats-io/", // clusters
	}
	selected := selectedVersions(t, "without-engines")
	require.Contains(t, selected, "github.com/lightningdb/lightning-torture")
	for module := range selected {
		for _, prefix := range unwanted {
			require.False(t, strings.HasPrefix(module, prefix), "the root module brings in %s", module)
		}
	}
}

// selectedVersions returns the versions that the go command selects for a module in testdata. It needs the go.mod files
// of all modules, from the module cache or a proxy.
func selectedVersions(t *testing.T, name string) map[string]string {
	t.Helper()
	adapters, err := filepath.Glob("*/go.mod")
	require.NoError(t, err)
	for _, file := range append(adapters, "../../go.mod") { // so that a change of any of them invalidates the cached test result
		_, err := os.Stat(file)
		require.NoError(t, err)
	}
	dir := filepath.Join("testdata", name)
	source, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	copied := filepath.Join(t.TempDir(), "go.mod") // the command rewrites it if another version is selected
	require.NoError(t, os.WriteFile(copied, source, 0o644))

	list := exec.CommandContext(t.Context(), "go", "list", "-modfile", copied, "-mod=mod", "-m", "all")
	list.Dir, list.Env = dir, append(os.Environ(), "GOWORK=off", "GOSUMDB=off") // only go.mod files are read, no code
	var stderr strings.Builder
	list.Stderr = &stderr
	out, err := list.Output()
	require.NoError(t, err, stderr.String())
	versions := map[string]string{}
	for line := range strings.Lines(string(out)) {
		module, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		versions[module] = version
	}
	return versions
}
