package decide

import "slices"

// Subset answers a look that would take too many answers: as the path says, and with nothing if it is new. A path that is not
// bounded leaves it to the family of subsets (see faultfs.ImageOptions.Limit), unless it leads to an image of one that was.
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

// fewQuestions is how many yes-or-no questions may come before a look that is answered by all its subsets, whatever the answers.
const fewQuestions = 2

// between reports whether something before the step at hand is neither as if all had been lost nor as if all had been kept: an
// earlier look that was answered by a subset, or many questions. Looks are varied one at a time then, the others being at either
// end; that has every order that syncs of several files leave.
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

// Saw notes what the image on the path has shown, by a number that tells states apart.
func (p *Path) Saw(what uint64) {
	for i, w := range p.wide {
		if later := p.steps[i+1 : p.pos]; !slices.ContainsFunc(later, isVaried) {
			for _, s := range later { // what was answered after the look tells its images apart
				w.saw(s.About<<1 ^ uint64(s.Pick))
			}
			w.saw(what)
		}
	}
}

// isVaried reports whether an answer is a subset that is neither nothing nor everything. Images with one do not count for the looks
// before it, which have such images only where they are at an end themselves.
func isVaried(s Answer) bool { return s.Ops > 0 && s.Pick != 0 && s.Pick != s.Ops }

// Bounded reports whether some look of the search so far was answered by subsets.
func (p *Path) Bounded() bool { return p.bound > 0 || len(p.wide) > 0 }

// Bound returns up to how many holes every look that was answered by subsets is complete, once there is no further path: NoHole,
// OneHole or TwoHoles; 0: there was no such look.
func (p *Path) Bound() int { return p.bound }

// Short reports whether some look had too many ops even for that, so that the search is a sample.
func (p *Path) Short() bool { return p.short }
