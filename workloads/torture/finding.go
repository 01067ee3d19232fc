package torture

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// findings collects the failures of a campaign, one finding for each kind of failure.
type findings struct {
	byID map[string]*found
	ids  []string // in order of discovery
}

// found is a finding with the evidence it was made from.
type found struct {
	Finding
	evidence *evidence
	plan     *plan
}

// maxFindings is after how many findings a campaign gives up: each keeps the recording that it is of, and a store that is
// broken in so many ways needs no further proof.
const maxFindings = 64

func newFindings() *findings { return &findings{byID: map[string]*found{}} }

func (f *findings) len() int { return len(f.ids) }

// add keeps a failure, or counts it if its kind is known; it reports whether the kind is new to the failure's cell.
func (f *findings) add(ctx context.Context, e *exploration, engine string, fail failure) bool {
	p := e.plan
	id := fingerprint(&fail)
	if known := f.byID[id]; known != nil {
		known.Count += fail.count
		if known.Profiles != nil && fail.tick != 0 {
			known.Profiles[p.Profile] = profileFails
			known.ProfilesSentence = sentenceOf(known.Profiles)
		}
		return known.seenIn(p.Workload, p.fault.Name)
	}
	f.ids = append(f.ids, id)
	f.byID[id] = &found{Finding: newFinding(ctx, id, e, engine, &fail), evidence: newEvidence(e, engine, fail), plan: e.plan}
	return true
}

func newFinding(ctx context.Context, id string, e *exploration, engine string, fail *failure) Finding {
	p, at := e.plan, where{tick: fail.tick}
	if fail.nested != nil {
		at.nested = fail.nested.Tick
	}
	shows := compare(ctx, e, fail)
	return Finding{
		ID: id, Judge: fail.judge, Class: fail.Class, Workload: p.Workload, Fault: p.fault.Name, Rules: p.ruleTexts(),
		Profile: p.Profile, Device: p.Device, Profiles: shows, ProfilesSentence: sentenceOf(shows),
		Seed: p.Seed, Clients: p.clients(), CrashTick: at.tick, NestedTick: at.nested, Sentence: capital(fail.Sentence),
		Evidence: fail.evidence(), Trace: traceLines(e.trace, fail.tick, fail.fates), Count: fail.count,
		Token: encodeToken(engine, p.spec, at), Explanation: explain(ctx, e, fail),
	}
}

// shrinkTime bounds the shrinking of one finding, shrinkMost how many findings are shrunk: the first ones tell the story.
const (
	shrinkTime = 10 * time.Second
	shrinkMost = 5
)

// shrink replaces findings by smaller runs that fail in the same way.
func (f *findings) shrink(ctx context.Context, target Target, patience time.Duration) {
	for _, id := range f.ids[:min(len(f.ids), shrinkMost)] {
		x := f.byID[id]
		x.evidence.Finding = x.Finding
		limit, cancel := context.WithTimeout(ctx, shrinkTime)
		e, shrunk := shrink(limit, target, x.evidence, patience)
		cancel()
		if e == nil {
			continue
		}
		smaller := newFinding(ctx, id, e, target.Name, &e.failures[0])
		smaller.Count, smaller.AlsoIn, smaller.Shrunk = x.Count, x.AlsoIn, &shrunk
		x.Finding, x.evidence, x.plan = smaller, newEvidence(e, target.Name, e.failures[0]), e.plan
	}
}

// save writes the evidence of every finding into dir, if there is one, with a Go test of each, and returns the findings.
func (f *findings) save(dir string, target Target) ([]Finding, error) {
	all := []Finding{}
	for _, id := range f.ids {
		x := f.byID[id]
		if dir != "" {
			if err := x.save(filepath.Join(dir, "findings", id+evidenceExt), target); err != nil {
				return nil, err
			}
		}
		all = append(all, x.Finding)
	}
	return all, nil
}

func (x *found) save(file string, target Target) (err error) {
	x.File = file
	x.evidence.Finding = x.Finding
	if err := x.evidence.save(file); err != nil {
		return err
	}
	x.Test, err = saveGoTest(file, target, x.plan, &x.Finding)
	return err
}

// evidence returns what the judge saw, and where a bit rotted; at most 12 lines.
func (f *failure) evidence() []string {
	lines := slices.Clone(f.Evidence)
	if f.rot != nil {
		lines = append([]string{f.rot.String()}, lines...)
	}
	return lines[:min(12, len(lines))]
}

// capital makes a sentence begin as one.
func capital(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToUpper(first)) + sentence[size:]
}

// ShowsIn reports whether a cell of the matrix shows the finding.
func (f *Finding) ShowsIn(workload, fault string) bool {
	return f.Workload == workload && f.Fault == fault || slices.Contains(f.AlsoIn, cellName(workload, fault))
}

func cellName(workload, fault string) string { return workload + " × " + fault }

// seenIn notes a further cell that shows the finding and reports whether it is one.
func (f *Finding) seenIn(workload, fault string) bool {
	if f.ShowsIn(workload, fault) {
		return false
	}
	f.AlsoIn = append(f.AlsoIn, cellName(workload, fault))
	return true
}

// fingerprint identifies a kind of failure: what is broken, wherever it shows. A judge of histories says so by the class;
// of an error of the engine, the text without its numbers, names and quotations does.
func fingerprint(f *failure) string {
	kind := f.judge + "\n" + f.Class
	if len(f.Ops) == 0 {
		kind += "\n" + accidents.ReplaceAllString(f.Sentence, "#")
	}
	sum := sha256.Sum256([]byte(kind))
	return hex.EncodeToString(sum[:5])
}

// accidents are the parts of an error's text that differ from case to case.
var accidents = regexp.MustCompile(`\([^)]*\)|\[[^]]*\]|"[^"]*"|[0-9a-fA-F]*[0-9][0-9a-fA-F]*`)

// traceLength is how many filesystem operations a finding shows.
const traceLength = 40

// traceLines renders the operations up to a crash, with what became of each.
func traceLines(trace []faultfs.Op, crash uint64, fates map[uint64]string) []TraceLine {
	end := len(trace)
	if crash > 0 {
		end, _ = slices.BinarySearchFunc(trace, crash+1, func(op faultfs.Op, tick uint64) int { return cmp.Compare(op.Tick, tick) })
	}
	lines := []TraceLine{}
	for _, op := range trace[max(0, end-traceLength):end] {
		line := TraceLine{Tick: op.Tick, Op: op.Kind.String(), Path: op.Path, Note: note(op)}
		if op.To != "" {
			line.Path += " -> " + op.To
		}
		switch fate, pending := fates[op.Tick]; {
		case crash == 0 || op.Kind == faultfs.OpSync || !op.Changes():
		case pending:
			line.Fate = fate
		default:
			line.Fate = "durable"
		}
		lines = append(lines, line)
	}
	return lines
}

func note(op faultfs.Op) string {
	s := ""
	switch op.Kind {
	case faultfs.OpWrite:
		s = fmt.Sprintf("%d bytes at %d", len(op.Data), op.Off)
	case faultfs.OpTruncate:
		s = fmt.Sprintf("%d to %d bytes", op.OldSize, op.Size)
	case faultfs.OpSync:
		if op.Dir {
			s = "directory"
		}
	default:
	}
	if op.Fault != faultfs.NoEffect {
		s += " injected: " + op.Fault.String()
	}
	return s
}
