package operators

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Package is a Go package with its syntax and, if requested, its types.
type Package struct {
	ImportPath string
	Dir        string // of its files

	files []*file
	types *typing // nil: types are unknown
}

// Types says whether to load types. The classical operators need them, and so a package that compiles.
type Types bool

// The values of Types.
const (
	WithoutTypes Types = false
	WithTypes    Types = true
)

// TypesFor returns whether kinds of mutations need types.
func TypesFor(kinds []Kind) Types {
	return Types(slices.ContainsFunc(kinds, func(k Kind) bool { return slices.Contains(Classical(), k) }))
}

// listed is a package as listed by the go command.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	GoFiles    []string
	ImportMap  map[string]string
	Export     string
	DepOnly    bool
	Module     *struct{ Dir, GoVersion string }
}

// List returns the import paths and directories of the packages that match patterns of the go command, with dir as the
// working directory.
func List(ctx context.Context, dir string, patterns ...string) ([]Package, error) {
	all, err := list(ctx, dir, patterns)
	if err != nil {
		return nil, err
	}
	var packages []Package
	for _, p := range all {
		packages = append(packages, Package{ImportPath: p.ImportPath, Dir: p.Dir})
	}
	return packages, nil
}

// Load loads the packages that match patterns of the go command, with dir as the working directory. File names are
// relative to dir. With types, everything that the packages import is compiled.
func Load(ctx context.Context, dir string, with Types, patterns ...string) ([]*Package, error) {
	var flags []string
	if with == WithTypes {
		flags = []string{"-export", "-deps"}
	}
	all, err := list(ctx, dir, patterns, flags...)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	fset := token.NewFileSet()
	exports := newExports(fset, all)
	var packages []*Package
	for _, l := range all {
		if l.DepOnly || strings.HasSuffix(l.Name, "test") {
			continue
		}
		p := &Package{ImportPath: l.ImportPath, Dir: l.Dir}
		for _, name := range l.GoFiles {
			f, err := load(fset, dir, l, name)
			if err != nil {
				return nil, err
			}
			p.files = append(p.files, f)
		}
		if with == WithTypes {
			if err := p.check(exports, l); err != nil {
				return nil, err
			}
		}
		packages = append(packages, p)
	}
	return packages, nil
}

// load reads and parses one file.
func load(fset *token.FileSet, dir string, l listed, name string) (*file, error) {
	path := filepath.Join(l.Dir, name)
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	f := newFile(fset, relative(dir, path), path, source)
	f.pkg = l.ImportPath
	if l.Module != nil {
		f.inside = relative(l.Module.Dir, path)
	}
	return f, parse(f)
}

// relative returns a slash-separated path relative to a directory.
func relative(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// list runs go list.
func list(ctx context.Context, dir string, patterns []string, flags ...string) ([]listed, error) {
	args := append([]string{"list", "-json=ImportPath,Name,Dir,GoFiles,ImportMap,Export,DepOnly,Module"}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, patterns...)...)
	cmd.Dir = dir
	var why strings.Builder
	cmd.Stderr = &why
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: go list %s: %w: %s", ErrSource, strings.Join(patterns, " "), err, strings.TrimSpace(why.String()))
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%w: go list %s: %w", ErrSource, strings.Join(patterns, " "), err)
		}
		all = append(all, p)
	}
}
