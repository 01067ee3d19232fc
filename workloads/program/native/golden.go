package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/golden"
)

// dump is a command that prints what is in a store, and the states that it prints after kills.
type dump struct {
	spec   *Spec
	states *golden.States
}

// newDump returns the dump of a spec, which copies the images of a recording into a directory.
func newDump(spec *Spec, rec *program.Recording, dir string) *dump {
	d := &dump{spec: spec}
	killed := 0
	d.states = golden.New(rec, func(ctx context.Context, img *faultfs.FS) (golden.Shown, error) {
		killed++
		at := filepath.Join(dir, "killed"+strconv.Itoa(killed))
		if err := program.Visit(img, &copying{at: at, modes: rec.Modes}); err != nil {
			return golden.Shown{}, err
		}
		s, err := d.show(ctx, at)
		return s, errors.Join(err, os.RemoveAll(at))
	})
	return d
}

// show lets the program recover the store in a directory and says what is in it.
func (d *dump) show(ctx context.Context, dir string) (golden.Shown, error) {
	end, all, err := command{fill(d.spec.Dump, dir, ""), []string{"TORTURE_DIR=" + dir}}.runAll(ctx, d.spec.Patience)
	switch {
	case err != nil:
		return golden.Shown{}, fmt.Errorf("the dump %w", err)
	case end.code == 126 || end.code == 127: // the shell's: there is no such command
		return golden.Shown{}, fmt.Errorf("the dump %s", end.how())
	case end.code != 0:
		return golden.Shown{Fails: strings.ReplaceAll(end.how(), dir, program.Dir), Hangs: end.late}, nil
	}
	return golden.Shown{Lines: strings.Split(strings.ReplaceAll(all, dir, program.Dir), "\n")}, nil
}

// judge compares what a recovered store shows with what is right.
func (d *dump) judge(ctx context.Context, dir string, acked int) (program.Answer, error) {
	s, err := d.show(ctx, dir)
	if err != nil {
		return program.Answer{}, err
	}
	return d.states.Judge(ctx, s, acked)
}
