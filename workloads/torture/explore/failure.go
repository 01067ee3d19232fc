package explore

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
)

// The names of judges that are none of package checker.
const (
	FaultyJudge    = "faulty recovery" // accuses a store of what it did because a call of its recovery failed
	ReopeningJudge = "reopening"       // accuses a store of what it did when it was opened again in the same process
	AuditJudge     = audit.Judge       // accuses a store of what it answers when it is asked for more than its pairs
	growthJudge    = "growth"          // accuses a store of growing
)

// Failure is one violation, and how to see it again.
type Failure struct {
	checker.Violation
	Judge    string
	Tick     uint64     // the tick of the crash; 0: it failed without one
	Leaf     int        // number of the image among those of the crash point
	Picks    []Answer   // the image
	Way      decide.Way // how it was decided: on demand, or beforehand
	Damage   *faultfs.Damage
	Draw     uint64       // the seed of the crash point's random choices
	Nested   *NestedImage // a crash during or soon after recovery; nil: there was none
	Lived    bool         // it was met by a client of the recovered store, without another crash
	Endured  bool         // after many crashes in a row
	Crashes  int          // if Endured: how many
	Sessions int          // times that the store was closed and opened again after them
	// RecoveryFault was injected into the recovery; nil: none was.
	RecoveryFault *RecoveryFault
	Fates         map[uint64]string
	// Recovered is what the store showed, if a judge of recovered states rejects it.
	Recovered *history.State
	Count     int // how many images showed it

	decided map[uint64]bool // what is known of the image, if it was decided on demand
	plain   string          // of a reopening: the fingerprint that it would have if one recovery had shown it
}

// Plain returns the fingerprint that a failure of a store which was opened again would have if one recovery had shown it; empty: it
// is no such failure.
func (f *Failure) Plain() string { return f.plain }

// RecoveryFault is a fault that was injected into a recovery.
type RecoveryFault struct {
	// Number identifies the fault among those that the recovery of the image can meet, counted from 1; 0: the rules of the run.
	Number uint64
	Rule   string       // in the grammar of faultfs.ParseRule
	Op     *faultfs.Op  // the first call that it hit; nil if it hit none
	trace  []faultfs.Op // the recovery that it hit
}

// note keeps the first call that the fault hit, if there is a fault.
func (r *RecoveryFault) note(img *faultfs.FS) {
	if r == nil {
		return
	}
	r.Op, r.trace = nil, img.Trace()
	for _, op := range r.trace {
		if op.Fault != faultfs.NoEffect {
			r.Op = &op
			return
		}
	}
}

// hit says, for a sentence, what the fault did. The text is in parentheses, so that it does not tell failures apart.
func (r *RecoveryFault) hit() string {
	if op := r.Op; op != nil {
		return fmt.Sprintf(" with a failing call (%s, which hit the %s of %s)", r.Rule, op.Kind, op.Path)
	}
	return fmt.Sprintf(" with a rule that hit nothing (%s)", r.Rule)
}

// NestedImage is the image of a crash of the second life.
type NestedImage struct {
	Tick  uint64   `json:"tick"` // the tick of the crash, on the clock of the first image
	Leaf  int      `json:"leaf"`
	Picks []Answer `json:"picks"`
}

// LiveFailures returns what is wrong with a run in which no power was cut.
func LiveFailures(problems []checker.Violation) []Failure {
	var failures []Failure
	for _, v := range problems {
		failures = append(failures, Failure{Violation: v, Judge: "live", Count: 1})
	}
	return failures
}

// Grows reports whether the store had grown after many crashes in a row.
func (f *Failure) Grows() bool { return f.Judge == growthJudge }

// Kind names what a failure is an instance of.
func (f *Failure) Kind() string { return f.Judge + "/" + f.Class }

// alike reports whether a failure is that of another one in another image: the same kind, about some of the same operations. If
// it is about none, its text says the same.
func (f *Failure) alike(other *Failure) bool {
	if f.Fingerprint() != other.Fingerprint() {
		return false
	}
	return len(other.Ops) == 0 || f.sharesOps(other)
}

// sharesOps reports whether two failures are about some of the same operations.
func (f *Failure) sharesOps(other *Failure) bool {
	return slices.ContainsFunc(f.Ops, func(id int) bool { return slices.Contains(other.Ops, id) })
}

// simpler reports whether a person would rather look at this failure than at another: one crash is easier to follow than two,
// and an early one than a late one.
func (f *Failure) simpler(than *Failure) bool {
	return cmp.Or(cmp.Compare(f.crashes(), than.crashes()), cmp.Compare(f.Tick, than.Tick)) < 0
}

// crashes returns 1 for one crash, 2 for a crash and another during recovery or a fault during recovery, 3 for many
// crashes in a row.
func (f *Failure) crashes() int {
	switch {
	case f.Endured:
		return 3
	case f.Nested != nil || f.RecoveryFault != nil:
		return 2
	}
	return 1
}

// Fingerprint identifies a kind of failure: what is broken, wherever it shows. For a judge of histories that is the class;
// for an error of the engine, the text without its numbers, names and quotations.
func (f *Failure) Fingerprint() string {
	text := f.Cause
	if len(f.Ops) == 0 {
		text = f.Sentence
	}
	return f.fingerprint(text)
}

// HasID reports whether a finding of that ID is of this kind. Earlier versions took all errors of one class for one kind.
func (f *Failure) HasID(id string) bool {
	return id == f.Fingerprint() || f.Cause != "" && len(f.Ops) > 0 && id == f.fingerprint("")
}

func (f *Failure) fingerprint(text string) string {
	kind := f.Judge + "\n" + f.Class
	if text != "" {
		kind += "\n" + accidents.ReplaceAllString(text, "#")
	}
	sum := sha256.Sum256([]byte(kind))
	return hex.EncodeToString(sum[:5])
}

// accidents are the parts of an error's text that differ from case to case.
var accidents = regexp.MustCompile(`\([^)]*\)|\[[^]]*\]|"[^"]*"|[0-9a-fA-F]*[0-9][0-9a-fA-F]*`)
