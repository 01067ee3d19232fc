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
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// Dump is a command that prints what is in a store, and the states that it prints after kills.
type Dump struct {
	spec   *Spec
	states *golden.States
	killed *opener // opens the stores of the states after kills, one at a time
}

// NewDump returns the dump of a spec. It copies the images of a recording, on a disk of the lab, to directories below dir.
func NewDump(spec *Spec, rec *program.Recording, dir string) (*Dump, error) {
	o, err := newOpener(spec)
	if err != nil {
		return nil, err
	}
	d := &Dump{spec: spec, killed: o}
	killed := 0
	d.states = golden.New(rec, func(ctx context.Context, img *faultfs.FS) (golden.Shown, error) {
		killed++
		at := filepath.Join(dir, "killed"+strconv.Itoa(killed))
		if err := program.Visit(img, &copying{at: at, modes: rec.Modes}); err != nil {
			return golden.Shown{}, err
		}
		var s golden.Shown
		failed, err := o.open(ctx, at, func(ctx context.Context) (err error) {
			s, err = d.show(ctx, o.room, at)
			return err
		})
		if failed != nil {
			s = failed.shown()
		}
		return s, errors.Join(err, os.RemoveAll(at))
	})
	return d, nil
}

// shown returns, as the result of a dump, that the server on the store failed.
func (d *down) shown() golden.Shown {
	return golden.Shown{Fails: "cannot be made: " + d.why, Hangs: d.hangs}
}

// show lets the program recover the store in a directory and returns what the dump prints.
func (d *Dump) show(ctx context.Context, room *process.Room, dir string) (golden.Shown, error) {
	end, all, err := process.Command{Args: fill(d.spec.Dump, dir, ""), Env: d.spec.environment(dir, ""), Room: room}.RunAll(ctx, d.spec.Patience)
	switch {
	case err != nil:
		return golden.Shown{}, fmt.Errorf("the dump %w", err)
	case end.NoSuchCommand():
		return golden.Shown{}, fmt.Errorf("the dump %s", end.How())
	case end.Code != 0:
		return golden.Shown{Fails: strings.ReplaceAll(end.How(), dir, program.Dir), Hangs: end.Late}, nil
	}
	return golden.Shown{Lines: strings.Split(strings.ReplaceAll(all, dir, program.Dir), "\n")}, nil
}

// judge compares what a recovered store shows with the allowed states.
func (d *Dump) judge(ctx context.Context, room *process.Room, dir string, acked int) (program.Answer, error) {
	s, err := d.show(ctx, room, dir)
	if err != nil {
		return program.Answer{}, err
	}
	return d.states.Judge(ctx, s, acked)
}
