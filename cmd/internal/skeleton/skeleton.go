package skeleton

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"path"
	"path/filepath"
	"strings"
	"text/template"
)

// Kind is the kind of a store, as the lab sees it.
type Kind string

// The kinds of stores.
const (
	KV  Kind = "kv"  // a key-value store
	Log Kind = "log" // an append-only log
)

// File is a file to be written.
type File struct {
	Path string // relative to the root of the module, with slashes
	Use  string // what it is for
	Text []byte
}

// Skeleton is what is written into a module.
type Skeleton struct {
	Place Place
	Files []File
}

//go:embed templates
var templates embed.FS

var parsed = template.Must(template.ParseFS(templates, "templates/*.tmpl"))

// names is what a template needs to know.
type names struct {
	Package string // the name of the package
	Own     bool   // the package contains nothing else
	Import  string // its import path
	File    string // the file of the adapter, as the user sees it
	Name    string // of the target, as a Go string without quotes
	Target  string // the function that returns the target
	Todo    string // the function that reports what is still to be filled in
	Log     string // the type of a log's adapter
}

// For returns what to write for a kind of store into a directory, which need not exist. It writes nothing yet. Errors
// say what is in the way.
func For(kind Kind, dir string) (*Skeleton, error) {
	p, err := placeOf(dir)
	if err != nil {
		return nil, err
	}
	n := names{Package: p.Package, Own: !p.Occupied, Import: p.Import, Name: nameOf(p), Target: "Target", Todo: "todo", Log: "adapter"}
	s := &Skeleton{Place: p}
	if p.Occupied {
		n.Target, n.Todo, n.Log = "crashTarget", "crashTodo", "crashLog"
		n.File = path.Join(p.Rel, "crash_test.go")
		s.add(n, n.File, "the adapter, to be filled in, and the test", string(kind)+".tmpl")
	} else {
		n.File = path.Join(p.Rel, "target.go")
		s.add(n, n.File, "the adapter, to be filled in", string(kind)+".tmpl")
		s.add(n, path.Join(p.Rel, "crash_test.go"), "the test", "test.tmpl")
		s.add(n, path.Join(p.Rel, "torture/main.go"), "the command: run, replay, check, mutate, reports", "main.tmpl")
	}
	if err := s.free(); err != nil {
		return nil, err
	}
	return s, p.declaresNone("TestCrash", n.Target, n.Todo, n.Log)
}

// add adds a file generated from a template. A template that does not produce Go code is a bug of this package.
func (s *Skeleton) add(n names, file, use, tmpl string) {
	var b bytes.Buffer
	err := parsed.ExecuteTemplate(&b, tmpl, n)
	text, formatErr := format.Source(b.Bytes())
	if err != nil || formatErr != nil {
		panic(fmt.Sprintf("skeleton: %s: %v %v\n%s", tmpl, err, formatErr, b.String()))
	}
	s.Files = append(s.Files, File{Path: file, Use: use, Text: text})
}

// nameOf returns the name of the target: that of the package under test, as far as it is known.
func nameOf(p Place) string {
	if p.Occupied && p.Package != "main" {
		return p.Package
	}
	last := path.Base(p.Module)
	if parent := path.Base(path.Dir(p.Module)); isVersion(last) && parent != "." && parent != "/" {
		last = parent
	}
	return last
}

// isVersion reports whether the last element of a module path is a major version, such as v2.
func isVersion(element string) bool {
	return len(element) > 1 && element[0] == 'v' && strings.Trim(element[1:], "0123456789") == ""
}

// abs returns the path of a file on this machine.
func (s *Skeleton) abs(f File) string { return filepath.Join(s.Place.Root, filepath.FromSlash(f.Path)) }
