package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// wrongAnswer explains answers of a running store that contradict each other. It says since which operation the disk is wrong as
// well, and which calls were under way then; or else that the disk is right, so that only what is in memory, or how it is read,
// can be wrong. If the target can tell, it adds which versions of the key the files held.
func (x *explainer) wrongAnswer(s *explore.Subject, f *explore.Failure) *Explanation {
	held := &versions{target: s.Target.Versions, life: x.life, key: f.Key}
	if e := x.settled(x.withoutCrash(f)); e != nil {
		if e.By != nil {
			e.Sentence += x.underWay(f, e.By.Tick) + held.around(e.By.Tick)
		}
		return e
	}
	e := x.withoutOrder(s, f)
	last := x.lastChange(x.lastAnswer(f))
	if e == nil || last == 0 {
		return e
	}
	if x.life.Try(x.life.Point(last), nil, x.life.Cut(last)) == explore.Accepted {
		e.Sentence = "the disk is right: a store that recovers what is on it then gives no wrong answer; " + e.Sentence
	}
	e.Sentence += held.at(last)
	return e
}

// lastAnswer returns the tick by which the last of a failure's operations had answered.
func (x *explainer) lastAnswer(f *explore.Failure) (last uint64) {
	ops := x.life.History()
	for i := range ops {
		if op := &ops[i]; slices.Contains(f.Ops, op.ID) && op.Return != history.Never {
			last = max(last, uint64(op.Shown()))
		}
	}
	return last
}

// lastChange returns the tick of the last change of the disk up to a tick, or 0 if there is none.
func (x *explainer) lastChange(until uint64) (tick uint64) {
	for _, op := range x.life.Trace() {
		if op.Tick <= until && op.Changes() {
			tick = op.Tick
		}
	}
	return tick
}

// underWay names the operations of a failure that had been called and not yet answered at a tick.
func (x *explainer) underWay(f *explore.Failure, tick uint64) string {
	var names []string
	ops := x.life.History()
	for i := range ops {
		if op := &ops[i]; slices.Contains(f.Ops, op.ID) && uint64(op.Call) < tick && tick < uint64(op.Return) {
			names = append(names, fmt.Sprintf("#%d (%s, ticks %d to %d)", op.ID, op.Kind, op.Call, op.Return))
		}
	}
	if len(names) == 0 {
		return ""
	}
	were := "was"
	if len(names) > 1 {
		were = "were"
	}
	return fmt.Sprintf("; at that moment, %s %s under way", list(names), were)
}

// maxVersions limits the versions that a sentence lists.
const maxVersions = 4

// versions asks a target what its files hold of a key.
type versions struct {
	target func(fs afero.Fs, dir string, key []byte) ([]string, error)
	life   explore.Life
	key    []byte
}

// at says what the files hold after a tick. The text continues a sentence; it is empty if the target cannot tell.
func (v *versions) at(tick uint64) string {
	held, known := v.held(tick)
	if !known {
		return ""
	}
	return fmt.Sprintf("; of %s, the files then hold %s", checker.KeyText(v.key), held)
}

// around says what the files hold before and after the operation of a tick.
func (v *versions) around(tick uint64) string {
	before, known := v.held(tick - 1)
	after, also := v.held(tick)
	switch {
	case !known || !also:
		return ""
	case before == after:
		return fmt.Sprintf("; of %s, the files hold %s, before and after it", checker.KeyText(v.key), after)
	}
	return fmt.Sprintf("; of %s, the files hold %s before it, and %s after it", checker.KeyText(v.key), before, after)
}

func (v *versions) held(tick uint64) (text string, known bool) {
	if v.target == nil || len(v.key) == 0 {
		return "", false
	}
	defer func() {
		if recover() != nil {
			text, known = "", false // it is the target's code
		}
	}()
	all, err := v.target(v.life.Point(tick).Losing(nil, faultfs.ImageOptions{}), record.StoreDir, v.key)
	switch {
	case err != nil:
		return "", false
	case len(all) == 0:
		return "nothing", true
	case len(all) > maxVersions:
		all = append(all[:maxVersions:maxVersions], fmt.Sprintf("%d older ones", len(all)-maxVersions))
	}
	return strings.Join(all, " over "), true
}
