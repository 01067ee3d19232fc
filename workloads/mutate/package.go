package mutate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pkg is a Go package as the go command lists it.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Module     *struct{ Dir string }
}

// list returns the packages that a pattern matches, with dir as the working directory.
func list(ctx context.Context, dir, pattern string) ([]pkg, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Dir,GoFiles,Module", pattern)
	cmd.Dir = dir
	var why strings.Builder
	cmd.Stderr = &why
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: go list %s: %w: %s", ErrSource, pattern, err, strings.TrimSpace(why.String()))
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%w: go list %s: %w", ErrSource, pattern, err)
		}
		all = append(all, p)
	}
}

// Find returns the mutations of the packages that a pattern of the go command matches, with dir as the working directory.
// File names are relative to dir.
func Find(ctx context.Context, dir, pattern string) ([]Mutation, error) {
	packages, err := list(ctx, dir, pattern)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	var all []Mutation
	for _, p := range packages {
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			source, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrSource, err)
			}
			shown := path
			if rel, err := filepath.Rel(dir, path); err == nil {
				shown = filepath.ToSlash(rel)
			}
			found, err := findIn(shown, path, source)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}
