package wasm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// ErrBuild is returned for a package that does not build for wasip1.
var ErrBuild = errors.New("wasm: the program does not build for wasip1")

// lacks says what wasip1 does not support.
const lacks = "wasip1 has no cgo, no memory maps, no sockets, no file locks and no processes"

// modules has the compiled programs by the first argument of their commands.
type modules map[string]*schedule.Program

// load compiles a program unless it has been compiled already. The name is a .wasm file or a package for go build.
func (m modules) load(ctx context.Context, name, cache string) (*schedule.Program, error) {
	if p := m[name]; p != nil {
		return p, nil
	}
	code, err := module(ctx, name)
	if err != nil {
		return nil, err
	}
	p, err := schedule.Load(ctx, code, cache)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	m[name] = p
	return p, nil
}

func (m modules) close(ctx context.Context) (err error) {
	for _, p := range m {
		err = errors.Join(err, p.Close(ctx))
	}
	return err
}

// module returns the code of a program.
func module(ctx context.Context, name string) (_ []byte, err error) {
	if isModule(name) {
		return os.ReadFile(name)
	}
	scratch, err := hostdisk.NewScratch("", "wasm")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	out := filepath.Join(scratch.Dir, "program.wasm")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", out, name)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		cmd.Dir, cmd.Args[len(cmd.Args)-1] = name, "." // it may belong to a different module from the working directory
	}
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	printed, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%w: the go command is not in PATH; give a .wasm file built with GOOS=wasip1 GOARCH=wasm go build", ErrBuild)
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %s\n%s. A store that needs one of them runs natively: leave out --on wasm", ErrBuild, name,
			strings.TrimSpace(string(printed)), lacks)
	}
	return os.ReadFile(out)
}

// isModule reports whether the first argument of a command names a compiled module.
func isModule(name string) bool { return strings.HasSuffix(name, ".wasm") }

// IsProgram reports whether the first argument of a command names something that can run here: a .wasm file, or a Go package given
// as a relative path or a directory.
func IsProgram(name string) bool {
	if isModule(name) {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir() || strings.HasSuffix(name, ".go")
}
