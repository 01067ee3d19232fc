package calibrate

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// recording is one run of a program on a real filesystem.
type recording struct {
	disk  string
	seen  []string // what the program itself saw
	log   blocklog.Log
	mark  int // position in the log after the program's last call
	calls int // number of calls that changed something
}

// prepare returns a disk on which a program can start.
func (r *rig) prepare(p *litmus.Program) (disk string, err error) {
	if disk, err = r.disks.Fork(r.empty); err != nil {
		return "", err
	}
	quiet := func() error { return nil }
	return disk, r.mounted(disk, r.fs.optionsFor(p)[0], func() error { return p.Setup(newWorld(r.world(), quiet)) })
}

// record runs a program on a fork of a prepared disk.
func (r *rig) record(p *litmus.Program, prepared string, plan Plan) (rec recording, err error) {
	defer r.watch().Stop()
	if rec.disk, err = r.disks.Fork(prepared); err != nil {
		return rec, err
	}
	var w *worldFS
	w = newWorld(r.world(), func() error {
		rec.calls++
		err := r.nudge(w, plan.After[rec.calls])
		var positionErr error
		rec.mark, positionErr = r.disks.Position(rec.disk)
		return errors.Join(err, positionErr)
	})
	w.faults = &faults{rig: r, disk: rec.disk}
	err = r.mounted(rec.disk, plan.Options, func() error {
		if err := errors.Join(r.nudge(w, []Nudge{Everything}), r.disks.Record(rec.disk)); err != nil {
			return err
		}
		var err error
		if rec.seen, err = p.Run(w); err != nil {
			return err
		}
		if err := r.nudge(w, plan.End); err != nil {
			return err
		}
		rec.log, err = r.disks.Log(rec.disk)
		return err
	})
	return rec, err
}

// nudge makes the kernel write.
func (r *rig) nudge(w *worldFS, nudges []Nudge) error {
	for _, n := range nudges {
		var err error
		switch n {
		case Commit:
			err = r.fs.Commit(r.mountPoint())
		case WriteBack:
			err = w.writeBack(waitForIt)
		case Start:
			err = w.writeBack(0)
		case Everything:
			err = kernelfs.SyncAll(r.mountPoint())
		}
		if err != nil && !errors.Is(err, unix.EIO) { // EIO belongs to the writer, who has already received it
			return fmt.Errorf("calibrate: %s: %w", n, err)
		}
	}
	return nil
}
