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
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Judge is the judge that findings of audits name.
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

// Stopping returns a copy of the auditor whose stores call stop for Env.Stop.
func (a *Auditor) Stopping(stop func(reason string)) *Auditor {
	b := *a
	b.stop = stop
	return &b
}

// Image is a crash image to audit. Any number of equal disks can be made from it.
type Image struct {
	Point *faultfs.CrashPoint
	Seed  uint64 // draws what the crash has left
	Cut   history.Cut
	Rule  checker.Rule // what must have survived
	// Beforehand says that everything is decided before a store looks, because its goroutines look in a different order each
	// time.
	Beforehand bool
	// Damaged is the path of the damaged file, and Damage describes the damage; both are empty if there is none.
	Damaged, Damage string
	Missing         bool // Damaged is removed from the disk
	// Losing, if not nil, has the IDs of the pending operations that the crash has lost; it has kept all others. It replaces
	// Seed.
	Losing []uint64

	// Renew, if not nil, is called between the parts of an audit, when one call of the engine has returned and the next one
	// starts.
	Renew func()

	// Closely makes an audit check the accounts of a store after each call instead of after each round, and record
	// where in the engine the operations on the disk were made.
	Closely bool

	// Each, if not nil, is called with each disk before the audit uses it.
	Each func(disk *faultfs.FS)

	seen *Seen // records the disks; may be nil
}

// renew ends a part of the audit.
func (im *Image) renew() {
	if im.seen != nil {
		im.seen.note(Call{})
	}
	if im.Renew != nil {
		im.Renew()
	}
}

// Seen records the disks on which an image was audited. All are equal, but each knows only what was looked at on it.
type Seen struct {
	mu    sync.Mutex
	disks []*faultfs.FS
	ended bool // no more disks are added
	last  Call
	other Call
}

// Call is what an audit does with a store.
type Call struct {
	What         string
	Disk         *faultfs.FS
	Began, Ended uint64 // the ticks of the last operations on the disk before it and during it
}

// Last returns the call that the last part of an audit made last, or the zero Call if that part does not record its calls.
func (s *Seen) Last() Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Instead returns a stronger call, made on another disk in place of the last one, or the zero Call.
func (s *Seen) Instead() Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.other
}

// instead records a call for Seen.Instead if the audit looks closely.
func (im *Image) instead(make func() Call) {
	if im.seen == nil || !im.Closely {
		return
	}
	other := make()
	im.seen.mu.Lock()
	defer im.seen.mu.Unlock()
	im.seen.other = other
}

func (s *Seen) note(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = c
}

// call makes a call and records it.
func (im *Image) call(disk *faultfs.FS, what string, do func() error) error {
	call := Call{What: what, Disk: disk, Began: disk.Now()}
	err := do()
	if call.Ended = disk.Now(); im.seen != nil {
		im.seen.note(call)
	}
	return err
}

// end makes the goroutine of an audit that was given up exit as soon as it asks for another disk.
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

// End makes what still runs of an audit that was given up exit as soon as it asks for another disk.
func (im *Image) End() {
	if im.seen != nil {
		im.seen.end()
	}
}

// Watch records in seen the disks that are made from now on.
func (im *Image) Watch(seen *Seen) { im.seen = seen }

// Lost returns the pending operations that the disks have lost as far as they were looked at, oldest first.
func (s *Seen) Lost() (lost []faultfs.PendingOp) {
	for _, disk := range s.disks {
		lost = append(lost, disk.Lost()...)
	}
	slices.SortFunc(lost, func(a, b faultfs.PendingOp) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(lost)
}

// Fates returns faultfs.FS.Fates of all disks together.
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

// fresh returns a new disk with the image.
func (im *Image) fresh() *faultfs.FS {
	disk := im.Point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(im.Seed), Callers: im.Closely})
	switch {
	case im.Losing != nil:
		disk = im.Point.Losing(im.Losing, faultfs.ImageOptions{Callers: im.Closely})
	case im.Beforehand:
		disk.Decide()
	}
	if im.seen != nil {
		im.seen.add(disk)
	}
	if im.Missing {
		_ = disk.Remove(im.Damaged) // the crash may have lost the file already
	}
	if im.Each != nil {
		im.Each(disk)
	}
	return disk
}

// Rotten returns the image with damage; at is the crash point with that damage.
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

// read opens a store with the given function, reads all of it, and closes it.
func read(open func(contract.Env) (workloads.Store, error), env contract.Env) (*history.State, error) {
	store, err := open(env)
	if err != nil {
		return nil, err
	}
	state := &history.State{}
	err = workloads.ReadAll(store, state)
	return state, errors.Join(err, store.Close())
}

// violation returns a violation. It is identified by its class, the function that calls violation, and the error among
// the arguments.
func violation(class, format string, args ...any) *checker.Violation {
	v := &checker.Violation{Class: class, Sentence: fmt.Sprintf(format, args...), Check: stack.Caller(1)}
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			v.Cause = causeOf(err)
			break
		}
	}
	return v
}

// causeOf returns the text of an error, or "" if the lab worded it.
func causeOf(err error) string {
	for _, own := range []error{errShows, errApart, errDeleted, errRestored} {
		if errors.Is(err, own) {
			return ""
		}
	}
	return err.Error()
}

// stateOf returns pairs as a state.
func stateOf(pairs map[string][]byte) *history.State {
	state := &history.State{}
	for _, k := range slices.Sorted(maps.Keys(pairs)) {
		state.Append([]byte(k), pairs[k])
	}
	return state
}

// difference describes the first key at which two states differ. It is empty if they are equal.
func difference(a, b *history.State) string {
	if a.Equal(b) {
		return ""
	}
	shown := map[string][]byte{}
	for k, v := range b.All() {
		shown[string(k)] = v
	}
	for k, v := range a.All() {
		other, ok := shown[string(k)]
		if !ok || !bytes.Equal(v, other) {
			return fmt.Sprintf("%q is %.40q, and %s", k, v, result(other, ok))
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
