package audit

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Judge is the name under which an audit accuses a store.
const Judge = "audit"

// Auditor audits the crash images of one recording.
type Auditor struct {
	target contract.Target
	limits contract.Limits
	judges *judge.Judges
	copies []copied
	wrote  []wrote
	stop   func(reason string) // what Env.Stop does; nil: it panics
}

// New returns an auditor of a recording.
func New(target contract.Target, r *record.Recording, judges *judge.Judges) *Auditor {
	a := &Auditor{target: target, limits: r.Plan.Spec.Limits, judges: judges}
	a.copies, a.wrote = copiesOf(r.History), writtenBy(r.History)
	return a
}

// Stopping returns an auditor of the same recording with what Env.Stop does.
func (a *Auditor) Stopping(stop func(reason string)) *Auditor {
	b := *a
	b.stop = stop
	return &b
}

// Image is a crash image to audit, as often as it is asked for.
type Image struct {
	Point *faultfs.CrashPoint
	Seed  uint64 // draws what the crash has left
	Cut   history.Cut
	Rule  checker.Rule // what must have survived
	// Beforehand: all of it is decided before a store looks, because goroutines of the store look in another order each time.
	Beforehand bool
	// Damaged is the path of the file that something happened to, and Damage says what; empty: nothing did.
	Damaged, Damage string
	Missing         bool // Damaged is gone: it is removed from the disk
	// Losing, if not nil, are the IDs of the pending operations that the crash has lost, in place of what Seed draws. It has kept
	// all others.
	Losing []uint64

	// Renew, if not nil, is called between parts of an audit: the engine came back, and what comes is another call of it.
	Renew func()

	seen *Seen // nil: nobody wants to know
}

func (im *Image) renew() {
	if im.Renew != nil {
		im.Renew()
	}
}

// Seen is what the disks were on which an image was audited. All are the same disk, and each shows what was looked at on it.
type Seen struct {
	mu    sync.Mutex
	disks []*faultfs.FS
	ended bool // nothing is added any more
}

// end ends the goroutine of whoever goes on with an audit that has stopped, once it asks for another disk.
func (s *Seen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

func (s *Seen) add(disk *faultfs.FS) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		runtime.Goexit()
	}
	s.disks = append(s.disks, disk)
}

// End ends what goes on of an audit that has stopped: see Seen.
func (im *Image) End() {
	if im.seen != nil {
		im.seen.end()
	}
}

// Watch notes in seen what is looked at from now on.
func (im *Image) Watch(seen *Seen) { im.seen = seen }

// Lost returns the pending operations that the disks are known to have lost, oldest first.
func (s *Seen) Lost() (lost []faultfs.PendingOp) {
	for _, disk := range s.disks {
		lost = append(lost, disk.Lost()...)
	}
	slices.SortFunc(lost, func(a, b faultfs.PendingOp) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(lost)
}

// Fates is faultfs.FS.Fates of all that was looked at.
func (s *Seen) Fates() map[uint64]string {
	all := map[uint64]string{}
	for _, disk := range s.disks {
		for tick, fate := range disk.Fates() {
			switch before := all[tick]; {
			case before == "" || before == "unseen":
				all[tick] = fate
			case fate != before && fate != "unseen":
				all[tick] = "torn"
			}
		}
	}
	return all
}

// fresh returns a disk with the image, on which nothing was done yet.
func (im *Image) fresh() *faultfs.FS {
	disk := im.Point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(im.Seed)})
	switch {
	case im.Losing != nil:
		disk = im.Point.Losing(im.Losing, faultfs.ImageOptions{})
	case im.Beforehand:
		disk.Decide()
	}
	if im.seen != nil {
		im.seen.add(disk)
	}
	if im.Missing {
		_ = disk.Remove(im.Damaged) // a crash may have left none
	}
	return disk
}

// Rotten returns the image with what happened to it.
func (im Image) Rotten(at *faultfs.CrashPoint, d *faultfs.Damage) *Image {
	im.Point, im.Damaged, im.Damage = at, d.Path, d.String()
	return &im
}

// Without returns the image without a file that was durable.
func (im Image) Without(name string) *Image {
	im.Damaged, im.Damage, im.Missing = name, name+" is missing", true
	return &im
}

func (a *Auditor) env(fs *faultfs.FS, dir string) contract.Env {
	return contract.Env{FS: fs, Dir: dir, Inline: true, Limits: a.limits}.Stopping(a.stop)
}

// read opens a store by a function, reads all of it, and closes it.
func read(open func(contract.Env) (workloads.Store, error), env contract.Env) (*history.State, error) {
	store, err := open(env)
	if err != nil {
		return nil, err
	}
	state := &history.State{}
	err = workloads.ReadAll(store, state)
	return state, errors.Join(err, store.Close())
}

func violation(class, format string, args ...any) *checker.Violation {
	return &checker.Violation{Class: class, Sentence: fmt.Sprintf(format, args...)}
}

// stateOf returns the state of a map.
func stateOf(pairs map[string][]byte) *history.State {
	state := &history.State{}
	for _, k := range slices.Sorted(maps.Keys(pairs)) {
		state.Append([]byte(k), pairs[k])
	}
	return state
}

// difference names the first key that two states show differently.
func difference(a, b *history.State) string {
	shown := map[string][]byte{}
	for k, v := range b.All() {
		shown[string(k)] = v
	}
	for k, v := range a.All() {
		other, ok := shown[string(k)]
		if !ok || !bytes.Equal(v, other) {
			return fmt.Sprintf("%q is %.40q, and %.40q (found: %t)", k, v, other, ok)
		}
		delete(shown, string(k))
	}
	for k, v := range b.All() {
		if _, only := shown[string(k)]; only {
			return fmt.Sprintf("%q is missing, and %.40q", k, v)
		}
	}
	return ""
}
