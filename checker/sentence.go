package checker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// scene says in words how a view came about.
type scene struct {
	read  *history.Op // the operation that read it; nil after a crash
	where string      // ends a sentence: "after the crash at tick 3110"
	class [unsettled + 1]string
}

func crashScene(cut history.Cut) scene {
	return scene{
		where: fmt.Sprintf("after the crash at tick %d", cut.Acked),
		class: [...]string{
			strange: "invented", early: "from the future", torn: "torn batch", crossed: "torn batch",
			vanished: "lost", lost: "lost", hole: "hole", unsettled: "hole",
		},
	}
}

func readScene(op *history.Op) scene {
	return scene{
		read:  op,
		where: fmt.Sprintf("in %s (ticks %d to %d)", name(op), op.Call, op.Return),
		class: [...]string{
			strange: "invented", early: "from the future", torn: "torn read", crossed: "torn read",
			vanished: "stale read", lost: "stale read", hole: "inconsistent snapshot", unsettled: "inconsistent snapshot",
		},
	}
}

// accuse adds one violation per class of findings. Its Ops are the operations of all findings of that class, plus the
// operation that read them; its sentence is about the first finding.
func (v *view) accuse(r Result, found []finding, s scene) Result {
	slices.SortStableFunc(found, func(a, b finding) int { return int(a.kind) - int(b.kind) })
	position := make(map[string]int)
	for i := range found {
		w := v.word(&found[i], s)
		if s.read != nil && !slices.Contains(w.Ops, s.read.ID) {
			w.Ops = append(w.Ops, s.read.ID)
		}
		at, known := position[w.Class]
		if !known {
			if s.read != nil {
				w.Evidence = append(w.Evidence, testify(s.read, v.keyOf(&found[i])))
			}
			w.Key = v.keyOf(&found[i])
			position[w.Class] = len(r.Violations)
			r = r.fail(w)
			continue
		}
		first := &r.Violations[at]
		for _, op := range w.Ops {
			if !slices.Contains(first.Ops, op) {
				first.Ops = append(first.Ops, op)
			}
		}
	}
	if at, known := position["lost"]; known && len(r.Violations[at].Ops) > 1 {
		r.Violations[at].Sentence += fmt.Sprintf(" (and %d more commits are missing)", len(r.Violations[at].Ops)-1)
	}
	return r
}

// word describes a finding as a violation.
func (v *view) word(f *finding, s scene) Violation {
	w := Violation{Class: s.class[f.kind]}
	switch f.kind {
	case strange:
		return v.wordStrange(f, s)
	case early:
		w.Sentence = fmt.Sprintf("%s shows %s %s, although that commit was called only at tick %d",
			v.key(f), v.describe(f.commit), s.where, v.commits[f.commit].call)
		return v.evidence(w, f, f.commit)
	case vanished:
		w.Sentence = fmt.Sprintf("%s is missing %s, although it was there at the start and nobody had deleted it",
			v.key(f), s.where)
		return w
	case torn:
		w.Sentence = fmt.Sprintf("%s is there only in part %s: %s shows it, but %s %s",
			v.describe(f.commit), s.where, KeyText(v.entries[f.other].key), v.key(f), v.shown(f.entry))
		return v.evidence(w, f, f.commit, v.visible(int32(f.entry)))
	case crossed:
		w.Sentence = fmt.Sprintf("%s and %s are mixed %s: each shows where it overwrote the other",
			v.describe(f.commit), v.describe(f.other), s.where)
		return v.evidence(w, f, f.commit, f.other)
	case lost:
		if of, ok := v.wordLogged(f, s); ok {
			return of
		}
		w.Sentence = v.sayLost(f, s)
		w = v.evidence(w, f, f.commit, v.visible(int32(f.entry)))
		w.Ops = w.Ops[:1] // callers count Ops as losses, so the commit seen instead must not be among them
		return w
	case hole:
		w.Sentence = v.sayHole(f, s)
		return v.evidence(w, f, f.commit, f.other, v.visible(int32(f.entry)))
	default: // unsettled
		others := "keys"
		if _, ok := history.EntryIndex(v.entries[f.entry].key); ok {
			others = "entries"
		}
		w.Sentence = fmt.Sprintf("%s is absent %s, but whenever it was absent, the other %s looked different", v.key(f), s.where, others)
		return v.evidence(w, f, f.commit)
	}
}

func (v *view) sayLost(f *finding, s scene) string {
	if s.read != nil {
		if text := v.sayStaleEnd(f, s); text != "" {
			return text
		}
		did := "overwritten it"
		if truncates(v.commits[f.commit].op) {
			did = "dropped it"
		}
		return fmt.Sprintf("stale read %s: %s %s, although %s had %s before",
			s.where, v.key(f), v.shown(f.entry), v.describe(f.commit), did)
	}
	text := fmt.Sprintf("%s is missing %s: %s %s", v.describe(f.commit), s.where, v.key(f), v.shown(f.entry))
	c := &v.commits[f.commit]
	if v.must == synced && c.level > synced {
		text += fmt.Sprintf(", though a sync without writes or a close had been acknowledged after it at tick %d", c.kept)
	}
	if c.shownBy != nil && c.op.Return > v.acked {
		text += fmt.Sprintf(", though %s had shown the commit at tick %d", name(c.shownBy), c.shownBy.Shown())
	}
	return text
}

func (v *view) sayHole(f *finding, s scene) string {
	fate := "is there"
	if v.in[f.other] == 0 {
		fate = "must be there"
	}
	return fmt.Sprintf("%s is missing %s: %s %s, yet %s, which was called after #%d had returned, %s",
		v.describe(f.commit), s.where, v.key(f), v.shown(f.entry), v.describe(f.other), v.commits[f.commit].op.ID, fate)
}

// wordStrange describes a value that no possible commit wrote, and where it may come from if that can be determined.
func (v *view) wordStrange(f *finding, s scene) Violation {
	w := Violation{Class: s.class[strange]}
	key := v.keyOf(f)
	if op := v.rejected(key, f.value); op != nil {
		w.Class = "refused but present"
		w.Sentence = fmt.Sprintf("%s shows %s %s, although the store had refused that commit",
			KeyText(key), describe(op), s.where)
		w.Ops, w.Evidence = []int{op.ID}, []string{testify(op)}
		return w
	}
	w.Sentence = fmt.Sprintf("%s shows a value that nobody wrote to it %s: %s",
		KeyText(key), s.where, ValueText(f.value))
	if origin, op := v.origin(key, f.value); op != nil {
		w.Sentence += "; " + origin
		w.Ops, w.Evidence = []int{op.ID}, []string{testify(op)}
	}
	return w
}

// evidence adds the commits that a sentence about a finding names; -1 stands for none.
func (v *view) evidence(w Violation, f *finding, commits ...int) Violation {
	for _, c := range commits {
		if c < 0 {
			continue
		}
		if op := v.commits[c].op; !slices.Contains(w.Ops, op.ID) {
			w.Ops = append(w.Ops, op.ID)
			w.Evidence = append(w.Evidence, testify(op, v.keyOf(f)))
		}
	}
	return w
}

// keyOf returns the key that a finding is about.
func (v *view) keyOf(f *finding) []byte {
	if f.entry < 0 {
		return f.key
	}
	return v.entries[f.entry].key
}

func (v *view) key(f *finding) string { return KeyText(v.entries[f.entry].key) }

func (v *view) describe(commit int) string { return describe(v.commits[commit].op) }

// shown says what a key shows.
func (v *view) shown(entry int) string {
	e := &v.entries[entry]
	s := v.seen[v.at[entry]-1]
	switch {
	case s.writer >= 0:
		op := v.commits[e.writers[s.writer].commit].op
		return fmt.Sprintf("shows %s #%d", cmp.Or(logged(op), "commit"), op.ID)
	case s.writer == atStart && e.loaded:
		return "shows what it had at the start"
	case s.writer == several:
		return "shows a value that was written more than once"
	}
	return "is absent"
}

// disordered describes a scan with a key that is out of order or out of range, at a position counted from 1.
func disordered(op *history.Op, at int) Violation {
	var keys []string
	var shown [][]byte
	for _, read := range op.Reads[max(0, at-2):at] {
		keys, shown = append(keys, KeyText(read.Key)), append(shown, read.Key)
	}
	return Violation{
		Class: "unordered scan", Ops: []int{op.ID}, Evidence: []string{testify(op, shown...)},
		Sentence: fmt.Sprintf("%s yielded a key out of order or out of its range: %s",
			name(op), strings.Join(keys, ", then ")),
	}
}
