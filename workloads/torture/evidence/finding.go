package evidence

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
)

// Finding is a deduplicated failure, with what is needed to reproduce it.
type Finding struct {
	ID          string               `json:"id"` // fingerprint of what is broken, independent of where it shows
	Judge       string               `json:"judge"`
	Class       string               `json:"class"`
	Workload    string               `json:"workload"`
	Fault       string               `json:"fault"`
	Rules       []string             `json:"rules,omitempty"` // what was injected, in the fault grammar
	Profile     string               `json:"profile"`
	Device      string               `json:"device,omitempty"`
	Limits      contract.Limits      `json:"limits,omitempty"`  // the limits of the engine that the run set
	Seed        uint64               `json:"seed"`              // the seed of the run
	Clients     int                  `json:"clients"`           // 1: the token replays bit for bit
	CrashTick   uint64               `json:"crash_tick"`        // 0: failed without a crash
	NestedTick  uint64               `json:"nested_tick"`       // 0: the crash was not during recovery
	Crashes     int                  `json:"crashes,omitempty"` // the number of crashes in a row after which it showed, each during or soon after the recovery from the one before
	Sentence    string               `json:"sentence"`
	Explanation *explain.Explanation `json:"explanation,omitempty"` // the missing order, if one was found
	Changes     []KeyChange          `json:"changes,omitempty"`     // keys whose recovered values differ from what operations wrote, at most 12
	ChangesOf   int                  `json:"changes_of,omitempty"`  // the number of all such keys
	Evidence    []string             `json:"evidence"`              // at most 12 lines
	Trace       []TraceLine          `json:"trace"`                 // the filesystem operations before the crash, oldest first, at most 40
	Count       int                  `json:"count"`                 // number of images that showed it
	Shown       int                  `json:"shown,omitempty"`       // how often it showed when the same image was recovered again
	ShownOf     int                  `json:"shown_of,omitempty"`    // how often that was tried; 0: never
	AlsoIn      []string             `json:"also_in,omitempty"`     // further cells that showed it, such as "kv × power"
	// Profiles says for each profile, by name, whether the failure shows under it too: "fails", "passes", "not seen"
	// (in a sample of the images), or "not tried". The same recording was crashed near the same point; the workload
	// did not run again.
	Profiles         map[string]string `json:"profiles,omitempty"`
	ProfilesSentence string            `json:"profiles_sentence,omitempty"`
	// Circumstances are experiments around the failure. Only the first findings of a run have them.
	Circumstances *explain.Circumstances `json:"circumstances,omitempty"`
	Shrunk        *shrink.Shrunk         `json:"shrunk,omitempty"` // set if a smaller run fails in the same way; then everything else describes that run
	Token         string                 `json:"token"`
	File          string                 `json:"file,omitempty"`    // path of the saved evidence; empty: not saved
	Unsaved       string                 `json:"unsaved,omitempty"` // why the evidence could not be saved, such as a full disk; empty: it could
	Test          string                 `json:"test,omitempty"`    // path of the Go test; empty: not saved
}

// NewFinding turns a failure of a subject into a finding. It recovers the image that failed several more times and, if
// it failed each time, explains the failure and looks for it under all profiles. Then it writes the token.
func NewFinding(ctx context.Context, s *explore.Subject, f *explore.Failure) Finding {
	p, at := s.Recording.Plan, Place{Tick: f.Tick}
	if f.Nested != nil {
		at.Nested = f.Nested.Tick
	}
	if f.RecoveryFault != nil {
		at.RecoveryFault = f.RecoveryFault.Number
	}
	sentence := f.Sentence
	if f.Endured {
		at.Crashes = f.Crashes
	}
	if f.Crashes > 1 && !f.Grows() {
		sentence = fmt.Sprintf("after %d crashes in a row, each during the recovery from the one before or soon after it: %s", f.Crashes, sentence)
	}
	again := explore.Confirm(ctx, s, f)
	at.Shown, at.ShownOf, at.Beforehand = again.Shown, again.Of, f.Way == decide.Beforehand
	finding := Finding{
		ID: f.Fingerprint(), Judge: f.Judge, Class: f.Class, Workload: p.Spec.Workload, Fault: p.Fault.Name, Rules: p.RuleTexts(),
		Profile: p.Spec.Profile, Device: p.Spec.Device, Limits: p.Spec.Limits, Seed: p.Spec.Seed, Clients: p.Clients(), CrashTick: at.Tick,
		NestedTick: at.Nested, Crashes: at.Crashes, Shown: again.Shown, ShownOf: again.Of, Sentence: worded(sentence),
		Evidence: evidenceLines(&s.Target, &p.Fault, f), Trace: traceLines(s.Recording.Trace, f.Tick, f.Fates), Count: f.Count,
		Token: Token(s.Target.Name, p.Spec, at),
	}
	finding.Changes, finding.ChangesOf = changes(s.Recording.History, record.NewCuts(s.Recording.Trace, s.Recording.History).At(f.Tick), f)
	if !again.Steady() {
		finding.Sentence += fmt.Sprintf(" (shown in %v further recoveries of the same image: recovery does not repeat)", again)
		return finding
	}
	finding.Profiles = explain.Profiles(ctx, s, f)
	finding.ProfilesSentence = explain.ProfilesSentence(finding.Profiles)
	finding.Explanation = explain.Explain(ctx, s, f)
	return finding
}

// Steady reports whether the failure showed each time its image was recovered again. If it did not, experiments prove
// nothing.
func (f *Finding) Steady() bool { return f.Shown == f.ShownOf }

// ShowsIn reports whether the finding has shown in a cell of the matrix.
func (f *Finding) ShowsIn(workload, fault string) bool {
	return f.Workload == workload && f.Fault == fault || slices.Contains(f.AlsoIn, CellName(workload, fault))
}

// CellName returns the name of a cell of the matrix, as in Finding.AlsoIn.
func CellName(workload, fault string) string { return workload + " × " + fault }

// evidenceLines returns, in at most 12 lines, what the judge saw, which data rotted where, and how a target states that
// it makes no promise about such a disk.
func evidenceLines(target *contract.Target, fault *plan.Fault, f *explore.Failure) []string {
	lines := slices.Clone(f.Evidence)
	switch {
	case f.Damage != nil:
		lines = append([]string{f.Damage.String(), aboutDamage(target, f.Damage.Path) + "; " + unpromised("damage", fault)}, lines...)
	case fault.Lies:
		lines = append(lines, "the disk acknowledged syncs without doing them; "+unpromised("a disk", fault))
	}
	return lines[:min(12, len(lines))]
}

// aboutDamage says what is demanded of a store whose file was damaged.
func aboutDamage(target *contract.Target, file string) string {
	demand := "damage in this file must be detected; if it cannot be told from a torn write, name the file in Target.LogGlobs"
	switch {
	case contract.Matches(target.LogGlobs, file):
		demand = "damage in this log may cost nothing that had been acknowledged before the damaged bytes were first written; a log that " +
			"is written anew has to know how long it was when it was renamed into place"
	case contract.Matches(slices.Concat(target.ProvenLogGlobs, target.AppendGlobs), file):
		demand = "damage in this file may cost only what looks like a torn write; see torture.Target"
	}
	return demand
}

// unpromised says what to add to a target that promises nothing about a fault.
func unpromised(what string, fault *plan.Fault) string {
	name := "the name of the fault"
	if plan.IsFault(fault.Name) {
		name = strconv.Quote(fault.Name)
	}
	return fmt.Sprintf("if nothing is promised about such %s, add %s to Promises.Unpromised", what, name)
}
