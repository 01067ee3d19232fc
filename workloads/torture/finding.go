package torture

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
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
}

func newFindings() *findings { return &findings{byID: map[string]*found{}} }

func (f *findings) len() int { return len(f.ids) }

// add keeps a failure, or counts it if its kind is known; it reports whether the kind is new to the failure's cell.
func (f *findings) add(e *exploration, engine string, fail failure) bool {
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
	at := where{tick: fail.tick}
	if fail.nested != nil {
		at.nested = fail.nested.Tick
	}
	finding := Finding{
		ID: id, Judge: fail.judge, Class: fail.Class, Workload: p.Workload, Fault: p.fault.Name, Rules: p.ruleTexts(),
		Profile: p.Profile, Device: p.Device, Seed: p.Seed, Clients: p.Size.Clients, CrashTick: at.tick,
		NestedTick: at.nested, Sentence: capital(fail.Sentence),
		Evidence: fail.evidence(), Trace: traceLines(e.trace, fail.tick, fail.fates), Count: fail.count,
		Token: encodeToken(engine, p.spec, at),
	}
	f.ids = append(f.ids, id)
	f.byID[id] = &found{Finding: finding, evidence: newEvidence(e, engine, fail)}
	return true
}

// known reports whether there is a finding of the failure's kind.
func (f *findings) known(fail *failure) bool { return f.byID[fingerprint(fail)] != nil }

// note says of the finding of a failure under which profiles it shows.
func (f *findings) note(fail *failure, shows map[string]string) {
	x := f.byID[fingerprint(fail)]
	x.Profiles, x.ProfilesSentence = shows, sentenceOf(shows)
}

// save writes the evidence of every finding into dir, if there is one, and returns the findings.
func (f *findings) save(dir string) ([]Finding, error) {
	all := []Finding{}
	for _, id := range f.ids {
		x := f.byID[id]
		if dir != "" {
			x.File = filepath.Join(dir, "findings", id+evidenceExt)
			x.evidence.Finding = x.Finding
			if err := x.evidence.save(x.File); err != nil {
				return nil, err
			}
		}
		all = append(all, x.Finding)
	}
	return all, nil
}

// evidence returns what the judge saw, and where a bit rotted; at most 12 lines.
func (f *failure) evidence() []string {
	lines := slices.Clone(f.Evidence)
	if f.rot != nil {
		lines = append([]string{fmt.Sprintf("bit %d of byte %d of %s was flipped", f.rot.Bit, f.rot.Off, f.rot.Path)}, lines...)
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
var accidents = regexp.MustCompile(`\([^)]*\)|"[^"]*"|[0-9a-fA-F]*[0-9][0-9a-fA-F]*`)

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
