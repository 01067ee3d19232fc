package checker

import (
	"fmt"
	"slices"
)

// check returns violations that a single transaction shows by what it read, compared with its own writes and with who
// wrote it: the first of each class. It also determines which open transactions must have committed.
func (g *registers) check() (found []Violation) {
	var todo []int32
	for t := range g.txns {
		if g.txns[t].fate == committed {
			todo = append(todo, int32(t))
		}
	}
	for len(todo) > 0 {
		t := todo[0]
		todo = todo[1:]
		if v := g.checkInternal(t); v != nil {
			found = addFirst(found, *v)
		}
		for i := range g.txns[t].reads {
			r := &g.txns[t].reads[i]
			if v := g.checkSource(t, r); v != nil {
				found = addFirst(found, *v)
			}
			if len(r.sources) == 1 && r.sources[0] != atFirst && g.level.committedOnly() {
				if w := &g.txns[r.sources[0]]; w.fate == open {
					w.fate = committed
					todo = append(todo, r.sources[0])
				}
			}
		}
	}
	if len(found) == 0 && g.level.repeats() {
		if v := g.lostUpdate(); v != nil {
			found = append(found, *v)
		}
	}
	return found
}

// checkInternal compares what a transaction read with what it had written and read before.
func (g *registers) checkInternal(t int32) *Violation {
	txn := &g.txns[t]
	if txn.contradiction != "" {
		return g.violation("internal", []int32{t}, fmt.Sprintf("%s %s", g.title(t), txn.contradiction))
	}
	if !g.level.repeats() {
		return nil
	}
	first := map[int32]int32{}
	for _, r := range txn.reads {
		key := g.versions[r.version].key
		if v, twice := first[key]; twice && v != r.version {
			return g.violation("internal", []int32{t}, fmt.Sprintf("%s read %s and then %s, without having written it",
				g.title(t), g.show(v), g.show(r.version)))
		}
		first[key] = r.version
	}
	return nil
}

// checkSource reports a read of a value that no transaction can have left behind.
func (g *registers) checkSource(t int32, r *registerRead) *Violation {
	v := &g.versions[r.version]
	others := func(txns []int32) int32 {
		for _, w := range txns {
			if w != t {
				return w
			}
		}
		return atFirst
	}
	switch w, p := others(v.refused), others(v.passing); {
	case len(r.sources) > 0:
		return nil
	case w != atFirst && !g.level.committedOnly(), p != atFirst && !g.level.committedOnly():
		return nil
	case w != atFirst:
		return g.violation("G1a", []int32{t, w}, fmt.Sprintf("aborted read: %s read %s, but %s, which wrote that, was not committed",
			g.title(t), g.show(r.version), g.title(w)))
	case p != atFirst:
		return g.violation("G1b", []int32{t, p}, fmt.Sprintf("intermediate read: %s read %s, but %s, which wrote that, then wrote %s "+
			"again: nobody else may see it half done", g.title(t), g.show(r.version), g.title(p), KeyText(g.keys[v.key])))
	case slices.Contains(v.writers, t), slices.Contains(v.passing, t):
		return g.violation("internal", []int32{t}, fmt.Sprintf("%s read %s, which it wrote itself only afterwards",
			g.title(t), g.show(r.version)))
	case v.absent:
		return g.violation("garbage value", []int32{t}, fmt.Sprintf("%s found %s absent, which it never was", g.title(t),
			KeyText(g.keys[v.key])))
	}
	return g.violation("garbage value", []int32{t}, fmt.Sprintf("%s read %s, which nobody wrote", g.title(t), g.show(r.version)))
}

// lostUpdate looks for two transactions that certainly read the same version of a key and that both wrote that key.
func (g *registers) lostUpdate() *Violation {
	type source struct{ key, writer int32 }
	first := map[source]int32{}
	for t := range int32(len(g.txns)) {
		if g.txns[t].fate != committed {
			continue
		}
		for _, r := range g.txns[t].reads {
			key := g.versions[r.version].key
			if !g.txns[t].wrote(g, key) || len(r.sources) != 1 {
				continue
			}
			s := source{key, r.sources[0]}
			other, taken := first[s]
			if taken && other != t {
				return g.violation("lost update", []int32{other, t}, fmt.Sprintf("%s and %s both read %s and both overwrote it: one of "+
					"them has overwritten what the other did", g.title(other), g.title(t), g.show(r.version)))
			}
			first[s] = t
		}
	}
	return nil
}
