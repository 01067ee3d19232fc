package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write creates a module with the given files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.com/knot\n\ngo 1.26\n"
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func measureOne(t *testing.T, files map[string]string) pkg {
	t.Helper()
	packages, err := measure(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) != 1 {
		t.Fatalf("%d packages, want 1", len(packages))
	}
	return packages[0]
}

func TestCycles(t *testing.T) {
	for _, row := range []struct {
		name string
		c    string // what the last file of the chain a.go -> b.go -> c.go does
		want string
	}{
		{"a chain is not a cycle", "", ""},
		{"using a leaf closes no cycle", "_ = s", ""},
		{"a call closes it", "a()", "a.go b.go c.go"},
		{"a method that the first file declares closes it", "s.m()", "a.go b.go c.go"},
		{"a method of an instantiated type closes it", "g.m()", "a.go b.go c.go"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := measureOne(t, map[string]string{
				"a.go": "package knot\n\nfunc a() { b() }\n\nfunc (S) m() {}\n\nfunc (G[T]) m() {}\n",
				"b.go": "package knot\n\nfunc b() { c() }\n",
				"c.go": "package knot\n\nfunc c() { " + row.c + " }\n",
				"d.go": "package knot\n\ntype S struct{}\n\ntype G[T any] struct{ f T }\n\nvar s S\n\nvar g G[int]\n",
			})
			if len(p.cycle) == 1 {
				p.cycle = nil // a single file is not a cycle
			}
			if got := strings.Join(p.cycle, " "); got != row.want {
				t.Errorf("cycle %q, want %q", got, row.want)
			}
		})
	}
}

func TestMembersOfTheRootDoNotCount(t *testing.T) {
	p := measureOne(t, map[string]string{
		"doc.go":  "// Package knot is one.\n//\n//structure:root DB\npackage knot\n",
		"db.go":   "package knot\n\ntype DB struct{ n int }\n\nfunc (d *DB) Open() { d.read() }\n",
		"read.go": "package knot\n\nfunc (d *DB) read() { d.n++ }\n",
	})
	if len(p.cycle) != 1 || len(p.cycleWithRoot) != 2 {
		t.Errorf("cycles of %d and, with the root's members, %d files; want 1 and 2", len(p.cycle), len(p.cycleWithRoot))
	}
}

func TestComplaints(t *testing.T) {
	for _, row := range []struct {
		name string
		pkg  pkg
		want string
	}{
		{"nothing is wrong", pkg{files: 25, exported: 60, cycle: make([]string, 8)}, ""},
		{"too many files", pkg{files: 26}, "26 files, and at most 25 are allowed"},
		{"too many names", pkg{exported: 61}, "61 exported names, and at most 60"},
		{"a large cycle", pkg{cycle: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}}, "1 2 3 4 5 6 7 8 9"},
		{"a long file", pkg{long: []string{"a.go (401 lines)"}}, "a.go (401 lines) is longer"},
		{"a limit that is met", pkg{files: 30, limits: limits{files: 30}}, ""},
		{"a limit that is exceeded", pkg{files: 31, limits: limits{files: 30}}, "doc.go allows 30"},
		{"a limit that is too loose", pkg{files: 29, limits: limits{files: 30}}, "lower that"},
		{"a limit that is not needed", pkg{files: 25, limits: limits{files: 30}}, "remove it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := strings.Join(row.pkg.complaints(), "\n")
			if (row.want == "") != (got == "") || !strings.Contains(got, row.want) {
				t.Errorf("complaints %q, want %q", got, row.want)
			}
		})
	}
}

func TestLimitsThatCannotBeReadAreRefused(t *testing.T) {
	for _, text := range []string{"files", "files=many", "lines=3"} {
		if err := new(limits).parse(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
