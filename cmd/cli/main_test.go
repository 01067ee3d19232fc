package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stubborn": stubborn,
		"doomed":   doomed,
		"lab":      func() { Main(App{Name: "lab", Targets: []torture.Target{{Name: "none"}}}) },
	})
}

// TestScripts builds binaries of other modules.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GOFLAGS", "-mod=mod")
			e.Setenv("GOPROXY", "off") // everything that this module requires is in the cache
			vars, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE").Output()
			var values map[string]string
			if err == nil {
				err = json.Unmarshal(vars, &values)
			}
			for name, value := range values {
				e.Setenv(name, value)
			}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"module": module},
	})
}

// module turns the script's directory into a module that takes the lab from this checkout: "module PATH". It requires
// the same versions as the lab, so nothing has to be downloaded.
func module(ts *testscript.TestScript, _ bool, args []string) {
	root, err := filepath.Abs("../..")
	ts.Check(err)
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	ts.Check(err)
	path, rest, _ := strings.Cut(strings.TrimPrefix(string(ours), "module "), "\n")
	text := fmt.Sprintf("module %s\n%s\nrequire %s v0.0.0\n\nreplace %s => %s\n", args[0], rest, path, path, root)
	ts.Check(os.WriteFile(ts.MkAbs("go.mod"), []byte(text), 0o666))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("go.sum"), sums, 0o666))
}

// stubborn is the command with a lab that does not stop when asked to.
func stubborn() {
	t := newTool(App{Targets: []torture.Target{{Name: "lightning"}}})
	t.check = func(ctx context.Context, _ torture.Target, _ torture.Options) (*torture.Result, error) {
		fmt.Fprintln(t.stdout, "running")
		<-ctx.Done()
		fmt.Fprintln(t.stdout, "asked to stop")
		select {}
	}
	os.Exit(execute(t, os.Args[1:]))
}
