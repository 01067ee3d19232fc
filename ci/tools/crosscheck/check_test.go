package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A module is type-checked for the given operating system, including its tests, and if it compiles the analyzers run too.
func TestErrorsOnOtherSystemsAreFound(t *testing.T) {
	const (
		caller = "package mine\n\nfunc call() { lock() }\n"
		locked = "package mine\n\nfunc lock() {}\n"
	)
	for _, c := range []struct {
		name  string
		files map[string]string
		says  string // empty: nothing
	}{
		{"all is well", map[string]string{"a.go": caller, "lock_linux.go": locked, "lock_windows.go": locked}, ""},
		{"a function is missing outside Linux", map[string]string{"a.go": caller, "lock_linux.go": locked}, "a.go:3:15: undefined: lock"},
		{
			"a function that a test needs is missing outside Linux",
			map[string]string{"a_test.go": caller, "lock_linux.go": locked},
			"a_test.go:3:15: undefined: lock",
		},
		{
			"an analyzer reports a file for that system",
			map[string]string{"a_windows.go": "package mine\n\nimport \"sync\"\n\nfunc f(mu sync.Mutex) {}\n"},
			"a_windows.go:5:11: f passes lock by value",
		},
		{"a package that does not exist", map[string]string{"a.go": "package mine\n\nimport _ \"example.com/mine/none\"\n"}, "example.com/mine/none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.files["go.mod"] = "module example.com/mine\n\ngo 1.26\n"
			for name, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			complaints, err := check("windows", dir)
			if err != nil {
				t.Fatal(err)
			}
			if said := strings.Join(complaints, "\n"); !strings.Contains(said, c.says) || (said == "") != (c.says == "") {
				t.Errorf("it says %q, want %q", said, c.says)
			}
		})
	}
}
