package skeleton

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Place is a directory of a module.
type Place struct {
	Root     string // the directory of the module's go.mod
	GoMod    []byte // the content of go.mod
	Module   string // the path of the module
	Rel      string // the directory relative to Root, with slashes; "." is Root
	Import   string // the import path of its package
	Package  string // the name of its package
	Occupied bool   // the directory has Go files

	files []string // the Go files of the package
}

func placeOf(dir string) (Place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Place{}, err
	}
	p := Place{}
	if err := p.findModule(abs); err != nil {
		return Place{}, err
	}
	rel, err := filepath.Rel(p.Root, abs)
	if err != nil {
		return Place{}, err
	}
	p.Rel = filepath.ToSlash(rel)
	p.Import = path.Join(p.Module, p.Rel)
	if err := p.checkPath(); err != nil {
		return Place{}, err
	}
	return p, p.findPackage(abs)
}

// findModule looks for the go.mod of a directory, in it and above it. The directory need not exist.
func (p *Place) findModule(dir string) error {
	for at := dir; ; at = filepath.Dir(at) {
		if text, err := os.ReadFile(filepath.Join(at, "go.mod")); err == nil {
			p.Root, p.GoMod, p.Module = at, text, modulePath(text)
			break
		}
		if filepath.Dir(at) == at {
			return fmt.Errorf("%s is not in a Go module; create one first: go mod init example.com/mine", dir)
		}
	}
	if p.Module == "" {
		return fmt.Errorf("%s does not name a module; add one: go mod edit -module example.com/mine", filepath.Join(p.Root, "go.mod"))
	}
	return nil
}

var moduleLine = regexp.MustCompile("(?m)^[ \t]*module[ \t]+(\"[^\"\n]*\"|`[^`\n]*`|[^ \t\r\n/][^ \t\r\n]*)")

// modulePath returns the path in the text of a go.mod; "" if it has none.
func modulePath(text []byte) string {
	found := moduleLine.FindSubmatch(text)
	if found == nil {
		return ""
	}
	word := string(found[1])
	if unquoted, err := strconv.Unquote(word); err == nil {
		return unquoted
	}
	return word
}

var importable = regexp.MustCompile(`^[\pL\pN._~+-]+$`)

// checkPath refuses directories in which the go command finds no packages.
func (p *Place) checkPath() error {
	if p.Rel == "." {
		return nil
	}
	for element := range strings.SplitSeq(p.Rel, "/") {
		switch {
		case element == "testdata" || element == "vendor" || strings.HasPrefix(element, "_") || strings.HasPrefix(element, "."):
			return fmt.Errorf("the go command ignores %s because of %q; choose another directory", p.Rel, element)
		case !importable.MatchString(element):
			return fmt.Errorf("%q cannot be part of an import path; choose a directory other than %s", element, p.Rel)
		}
	}
	return nil
}

// findPackage finds out which package is in the directory, and chooses a name if there is none.
func (p *Place) findPackage(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		p.Package = packageName(path.Base(p.Import))
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	found, err := build.ImportDir(dir, 0)
	if none := (*build.NoGoError)(nil); errors.As(err, &none) {
		p.Package = packageName(path.Base(p.Import))
		return nil
	}
	if err != nil {
		return fmt.Errorf("the package in %s cannot be read: %w", dir, err)
	}
	p.Package, p.Occupied = found.Name, true
	for _, name := range slices.Concat(found.GoFiles, found.CgoFiles, found.TestGoFiles) {
		p.files = append(p.files, filepath.Join(dir, name))
	}
	return nil
}

// packageName derives the name of a package from that of its directory.
func packageName(dir string) string {
	name := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, dir))
	if !token.IsIdentifier(name) || name == "main" || name == "documentation" {
		return "crashtest"
	}
	return name
}

// declaresNone returns an error if the package already declares one of these names.
func (p *Place) declaresNone(wanted ...string) error {
	for _, file := range p.files {
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("the package cannot be read: %w", err)
		}
		for _, name := range declared(source) {
			if slices.Contains(wanted, name) {
				return fmt.Errorf("package %s already declares %s, in %s; choose a new directory for a package of its own",
					p.Package, name, path.Join(p.Rel, filepath.Base(file)))
			}
		}
	}
	return nil
}

// declared returns the names that a file declares in its package.
func declared(source *ast.File) (all []string) {
	for _, d := range source.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				all = append(all, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					all = append(all, spec.Name.Name)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						all = append(all, name.Name)
					}
				}
			}
		}
	}
	return all
}
