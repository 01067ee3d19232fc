package mutants

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// ErrShow is returned by Show unless exactly one mutant is selected.
var ErrShow = errors.New("mutants: one mutant can be shown at a time: name it")

// Show runs the lab on one mutant as a user would, and passes its output on. The lab's program, report and findings
// stay in dir so that the failure can be replayed, and Show returns the path of the program. It returns ErrLab if the
// lab finds nothing.
func (c Campaign) Show(ctx context.Context, dir string, stdout, stderr io.Writer) (program string, err error) {
	c.defaults()
	chosen, err := c.choose()
	if err != nil {
		return "", err
	}
	if len(chosen) != 1 {
		return "", ErrShow
	}
	m := chosen[0]
	dir = filepath.Join(dir, m.Name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	scratch, err := hostdisk.NewScratch("", "mutants")
	if err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	built, err := (&Lab{Root: c.Root, Package: c.lab, Scratch: scratch.Dir}).build(ctx, m)
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, "lightning-torture")
	if err := move(built, program); err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	args := []string{"run", "--for", c.For.String(), "--stop-after", "1", "--dir", dir, "--quiet"}
	cmd := exec.CommandContext(ctx, program, slices.Concat(args, m.Flags)...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	switch code := cmd.ProcessState.ExitCode(); {
	case code == 1:
		return program, nil
	case code == 0:
		return program, fmt.Errorf("%w: the lab did not find %s", ErrLab, m.Name)
	}
	return "", fmt.Errorf("%w: %w", ErrLab, err)
}

// move is a rename that also works across filesystems.
func move(from, to string) error {
	if os.Rename(from, to) == nil {
		return nil
	}
	program, err := os.Open(from)
	if err != nil {
		return err
	}
	defer program.Close() //nolint:errcheck // only read
	return hostdisk.WriteFile(to, 0o755, func(w io.Writer) error {
		_, err := io.Copy(w, program)
		return err
	})
}
