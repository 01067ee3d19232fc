package yields

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

	"github.com/lightningdb/lightning-torture/workloads/internal/overlay"
)

// addedFile is the name of the file that is added to each package.
const addedFile = "lightning_yields.go"

// Flags writes changed copies of the packages that match patterns of the go command to out, an existing directory, and
// returns a value of GOFLAGS with which the go command builds them instead. The working directory is dir. The value
// contains the flags that are in force already; if an overlay is among them, its files are what is changed.
func Flags(ctx context.Context, dir, out string, patterns ...string) (string, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSource, err)
	}
	flags, replaced, err := inForce(ctx, root)
	if err != nil {
		return "", err
	}
	packages, err := list(ctx, root, patterns)
	if err != nil {
		return "", err
	}
	changed := map[string]string{}
	for path, copied := range replaced {
		if changed[slashed(root, path)], err = read(copied); err != nil {
			return "", err
		}
	}
	for _, p := range packages {
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			source, ok := changed[slashed(root, path)]
			if !ok {
				if source, err = read(path); err != nil {
					return "", err
				}
			}
			if changed[slashed(root, path)], err = rewrite(path, source); err != nil {
				return "", err
			}
		}
		changed[slashed(root, filepath.Join(p.Dir, addedFile))] = "package " + p.Name + "\n" + added
	}
	name, err := overlay.Write(root, out, changed)
	if err != nil {
		return "", err
	}
	return strings.Join(append(flags, quoted("-overlay="+name)), " "), nil
}

func read(name string) (string, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSource, err)
	}
	return string(source), nil
}

// slashed returns a path relative to root, with slashes.
func slashed(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

// quoted quotes a flag for GOFLAGS.
func quoted(flag string) string {
	if strings.ContainsAny(flag, " \t") {
		return "'" + flag + "'"
	}
	return flag
}

// inForce returns the flags of GOFLAGS, without an overlay, and what that overlay replaces.
func inForce(ctx context.Context, dir string) (flags []string, replaced map[string]string, err error) {
	out, err := goCommand(ctx, dir, "env", "GOFLAGS")
	if err != nil {
		return nil, nil, err
	}
	for flag := range strings.FieldsSeq(string(out)) {
		name, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "overlay=")
		if !ok {
			flags = append(flags, flag)
			continue
		}
		text, err := read(name)
		if err != nil {
			return nil, nil, err
		}
		var o struct{ Replace map[string]string }
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			return nil, nil, fmt.Errorf("%w: overlay %s: %w", ErrSource, name, err)
		}
		replaced = o.Replace
	}
	return flags, replaced, nil
}

// listed is a package as listed by the go command.
type listed struct {
	Dir, Name string
	GoFiles   []string
}

func list(ctx context.Context, dir string, patterns []string) ([]listed, error) {
	out, err := goCommand(ctx, dir, append([]string{"list", "-json=Dir,Name,GoFiles"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%w: go list: %w", ErrSource, err)
		case len(p.GoFiles) > 0:
			all = append(all, p)
		}
	}
}

func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var why strings.Builder
	cmd.Stderr = &why
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: go %s: %w: %s", ErrSource, strings.Join(args, " "), err, strings.TrimSpace(why.String()))
	}
	return out, nil
}
