package targettest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Theirs runs tests that an engine provides for implementations of its interface on an adapter. The tests are those of
// the engine's version in the module under test, in the folder pkg of the engine's module, which is copied to a
// temporary directory. The files, by name, are added to that folder: one that exports the function that runs the tests,
// and one in an external test package with the test named run.
//
// Modules that only the engine's tests need come from the module cache or a proxy.
func Theirs(t *testing.T, module, pkg, run string, files map[string]string) {
	t.Helper()
	work := t.TempDir()
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", module)
	dir, err := list.Output()
	require.NoError(t, err, "where is %s", module)
	copied := filepath.Join(work, "engine")
	require.NoError(t, os.CopyFS(copied, os.DirFS(strings.TrimSpace(string(dir)))))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(copied, pkg, name), []byte(text), 0o644))
	}
	for _, name := range []string{"go.mod", "go.sum"} { // the commands add the copy and the requirements of the tests
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(work, name), text, 0o644))
	}
	modfile := filepath.Join(work, "go.mod")
	command(t, "go", "mod", "edit", "-replace", module+"="+copied, modfile)
	out := command(t, "go", "test", "-modfile", modfile, "-mod=mod", "-vet=off", "-count=1", "-v",
		"-run", "^"+run+"$", module+"/"+pkg)
	require.Contains(t, out, "--- PASS: "+run, "the test must have run")
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), "GOWORK=off")
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}
