package explore

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
)

// The names of judges beyond those of package checker.
const (
	FaultyJudge    = "faulty recovery" // of recoveries in which a call failed
	ReopeningJudge = "reopening"       // of stores that were opened again in the same process
	AuditJudge     = audit.Judge       // of everything that a store answers beyond its pairs
	growthJudge    = "growth"          // of stores that grow with each crash or session
)

// Failure is a violation and how to reproduce it.
type Failure struct {
	checker.Violation
	Judge    string
	Tick     uint64     // the tick of the crash; 0: it failed without a crash
	Leaf     int        // the number of the image among those of the crash point, from 0
	Picks    []Answer   // the answers that lead to the image
	Way      decide.Way // how it was decided: on demand, or beforehand
	Damage   *faultfs.Damage
	Draw     uint64       // the seed of the crash point's random choices
	Nested   *NestedImage // a second crash, during recovery or soon after it; nil: there was none
	Lived    bool         // a client of the recovered store ran into it, without a second crash
	Endured  bool         // after many crashes in a row
	Crashes  int          // if Endured: the number of crashes
	Sessions int          // how often the store was closed and opened again after them
	// RecoveryFault was injected into the recovery; nil: none was.
	RecoveryFault *RecoveryFault
	Fates         map[uint64]string // by the ID of a pending operation: what became of it; see faultfs.FS.Fates
	// Recovered is the state that a judge of recovered states rejected; nil: the failure is of another kind.
	Recovered *history.State
	Count     int // number of images that showed it

	decided map[uint64]bool // the decisions about the image, if it was decided on demand
	plain   string          // see Plain
}

// Plain returns, for a failure of a store that was opened again, the fingerprint of the same failure after a single
// recovery. It is empty for all other failures.
func (f *Failure) Plain() string { return f.plain }

// RecoveryFault is a fault that was injected into a recovery.
type RecoveryFault struct {
	// Number identifies the fault among those possible in a recovery of the image, from 1; 0: the rules of the run.
	Number uint64
	Rule   string       // in the grammar of faultfs.ParseRule
	Op     *faultfs.Op  // the first call that it hit; nil if it hit none
	trace  []faultfs.Op // the trace of that recovery
}

// note records the first call that the fault hit. A nil receiver is allowed.
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

// hit describes what the fault did, to be inserted in a sentence. The text is in parentheses because fingerprints
// ignore what is in parentheses.
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

// LiveFailures returns the failures of a run without a power cut.
func LiveFailures(problems []checker.Violation) []Failure {
	var failures []Failure
	for _, v := range problems {
		failures = append(failures, Failure{Violation: v, Judge: "live", Count: 1})
	}
	return failures
}

// Grows reports whether the failure is that the store grew over many crashes or sessions in a row.
func (f *Failure) Grows() bool { return f.Judge == growthJudge }

// Kind returns the judge and the class of the violation, as "durability/lost".
func (f *Failure) Kind() string { return f.Judge + "/" + f.Class }

// alike reports whether two images show the same failure: it has the same fingerprint, and if it is about operations, some
// of them are the same.
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

// simpler reports whether this failure is easier to follow than another: one crash is easier than two, and an early crash
// easier than a late one.
func (f *Failure) simpler(than *Failure) bool {
	return cmp.Or(cmp.Compare(f.crashes(), than.crashes()), cmp.Compare(f.Tick, than.Tick)) < 0
}

// crashes returns 1 for a single crash, 2 for a crash followed by a second one or by a fault during recovery, and 3 for many
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

// Fingerprint identifies what is broken, independent of where it shows and how this version words it. It is a hash of
// the judge, the class, and the error that the store returned, if that is the violation, without its numbers, names and
// quotations. If the violation is about no operations, the name of its check counts as well.
func (f *Failure) Fingerprint() string {
	if len(f.Ops) > 0 {
		return f.fingerprint(f.Cause)
	}
	return f.fingerprint(f.Cause, f.Check)
}

// HasID reports whether a finding with this ID has the same cause. Earlier versions did not tell the errors of one class
// apart, and if a failure was about no operations, they used its sentence. A sentence that is reworded no longer matches
// the IDs of such findings.
func (f *Failure) HasID(id string) bool {
	if len(f.Ops) == 0 {
		return id == f.Fingerprint() || id == f.fingerprint(f.Sentence)
	}
	return id == f.Fingerprint() || id == f.fingerprint("")
}

// fingerprint hashes the judge, the class, a text that may differ from case to case, and names that may not.
func (f *Failure) fingerprint(text string, names ...string) string {
	parts := []string{f.Judge, f.Class}
	if text != "" {
		parts = append(parts, distinctLines(accidents.ReplaceAllString(text, "#")))
	}
	for _, name := range names {
		if name != "" {
			parts = append(parts, "", name)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:5])
}

// distinctLines returns the lines of a text, each once: several calls that fail in the same way, joined, are one error.
func distinctLines(text string) string {
	var distinct []string
	for line := range strings.SplitSeq(text, "\n") {
		if !slices.Contains(distinct, line) {
			distinct = append(distinct, line)
		}
	}
	return strings.Join(distinct, "\n")
}

// accidents matches the parts of an error's text that differ from case to case: numbers, quotations, and what is in
// brackets.
var accidents = regexp.MustCompile(`\([^)]*\)|\[[^]]*\]|"[^"]*"|[0-9a-fA-F]*[0-9][0-9a-fA-F]*`)
