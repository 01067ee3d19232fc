package decide

import "slices"

// Subset answers a look that would need too many answers. It returns which of the ops the disk has, by position: the subset
// recorded on the path, or no op at all if the look is new. It returns nil to leave the look to the family of subsets of
// package faultfs (see faultfs.ImageOptions.Limit): on paths that are not bounded, unless they replay an answer of a
// bounded one, and for looks with more than wideMost ops.
func (p *Path) Subset(ops int, about uint64) func(position int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.pos < len(p.steps)
	switch {
	case p.frozen:
		return func(int) bool { return false }
	case known && p.steps[p.pos].Ops == 0, !known && !p.bounded:
		return nil
	case !known && ops > wideMost:
		p.short = true
		return nil
	case !known:
		later := slices.ContainsFunc(p.steps, func(s Answer) bool { return s.Ops > 0 })
		w := &wideLook{ops: ops, ends: p.between(), later: later, brief: p.brief, shown: map[int]uint64{}}
		p.wide[p.pos] = w
		p.steps = append(p.steps, Answer{N: w.subsets(), About: about, Ops: ops, Limit: p.limit, tick: p.now()})
	}
	s := &p.steps[p.pos]
	p.pos++
	w := wideLook{ops: ops}
	if s.Ops != ops || s.About != about {
		p.diverged = true
		s.N, s.About, s.Ops, s.Pick = w.subsets(), about, ops, min(s.Pick, ops)
	}
	return w.has(s.Pick)
}

// fewQuestions is the number of yes-or-no questions that may precede a look that tries all of its subsets, whatever the
// answers to them are.
const fewQuestions = 2

// between reports whether the answers before the current step lie strictly between "everything was lost" and
// "everything was kept": an earlier wide look was answered by a proper subset, or there were more than fewQuestions
// questions and their answers differ. The current look is then not varied; only nothing and everything are tried. In
// other words, wide looks are varied one at a time, while the others have lost or kept everything. The numbers of
// images then add up instead of multiplying. This still covers every state in which syncs of several files can leave
// the disk: one file is synced in part, and each of the others is either complete or without its pending writes.
func (p *Path) between() bool {
	kept, asked := 0, 0
	for _, s := range p.steps[:p.pos] {
		if isVaried(s) {
			return true
		}
		if s.Ops == 0 {
			asked, kept = asked+1, kept+min(1, s.Pick)
		}
	}
	return asked > fewQuestions && kept != 0 && kept != asked
}

// Saw records what recovery of the current image showed, as a hash. Call it once after each image of a bounded path.
func (p *Path) Saw(what uint64) {
	for i, w := range p.wide {
		if later := p.steps[i+1 : p.pos]; !slices.ContainsFunc(later, isVaried) {
			for _, s := range later { // a subset has several images; the answers after the look tell them apart
				w.saw(s.About<<1 ^ uint64(s.Pick))
			}
			w.saw(what)
		}
	}
}

// isVaried reports whether an answer is a proper subset: neither nothing nor everything. An image with such an answer does
// not count towards what the subsets of earlier looks showed. A later look is varied only while the earlier ones are at one
// of their ends (see between), so the other subsets of an earlier look have no such images to be compared with.
func isVaried(s Answer) bool { return s.Ops > 0 && s.Pick != 0 && s.Pick != s.Ops }

// Bounded reports whether any look of the search so far was answered by subsets.
func (p *Path) Bounded() bool { return p.bound > 0 || len(p.wide) > 0 }

// Bound returns, once Next has returned false, the number of holes up to which every look answered by subsets is complete:
// NoHole, OneHole or TwoHoles, or 0 if there was no such look.
func (p *Path) Bound() int { return p.bound }

// Short reports whether some look had too many ops even for subsets with few holes, which makes the search a sample.
func (p *Path) Short() bool { return p.short }
