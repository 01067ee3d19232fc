package torture

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// One recorded trace is judged under any number of profiles: what a crash keeps is not decided before recovery looks, so
// the workload does not run again. This file does that twice: for a sample of the crash points of every run, so that a
// pass says something about every profile, and around the crash point of a finding, so that a failure says which
// filesystems show it.

// under returns the recording with its power cut under another profile. What a killed process must keep is not asked of a
// power cut.
func (r *recording) under(profile faultfs.Profile) *recording {
	p := *r.plan
	p.model.Profile, p.Profile, p.fault.kills = profile, profile.Name, nil
	other := *r
	other.plan, other.problems = &p, nil
	return &other
}

// otherProfiles returns all profiles but one.
func otherProfiles(name string) []faultfs.Profile {
	var others []faultfs.Profile
	for _, p := range faultfs.Profiles() {
		if p.Name != name {
			others = append(others, p)
		}
	}
	return others
}

// The sample under each profile that is not the main one. A run that is bounded by time takes more crash points, as long
// as its share lasts.
const (
	samplePoints      = 4  // crash points of a run
	samplePointsTimed = 24 // of a run that is bounded by time
	sampleImages      = 64 // images of one of them
	sampleLives       = 2  // recoveries of one of them that are crashed in turn
	sampleShare       = 4  // one part of so many of a run's time
)

// samples reports whether a run is explored under the other profiles too.
func (c *campaign) samples(p *plan) bool {
	return c.sampling && p.fault.profile == ""
}

// mainly returns the part of a run's time that belongs to its main profile.
func (c *campaign) mainly(ctx context.Context, p *plan) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok || !c.samples(p) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)*(sampleShare-1)/sampleShare)
}

// sample explores a few crash points of a recording under every other profile.
func (c *campaign) sample(ctx, budget context.Context, cell *cell, r *recording) error {
	if !c.samples(r.plan) {
		return nil
	}
	others := otherProfiles(r.plan.Profile)
	for i, profile := range others {
		unseen := c.profiles[profile.Name].Images == 0 // whatever the time: every profile is to have something
		if c.ended(ctx) || c.late() && !unseen {
			continue
		}
		e := newExploration(r.under(profile), c.target)
		e.first, e.images = c.opts.StopAfter > 0, sampleImages
		e.plan.lives = min(e.plan.lives, sampleLives)
		all := e.crashTicks()
		e.ticks = [][]uint64{spread(all, samplePoints)}
		part, cancel := ctx, context.CancelFunc(func() {})
		if end, ok := budget.Deadline(); ok && !unseen {
			e.ticks = append(e.ticks, without(spread(all, samplePointsTimed), e.ticks[0]))
			part, cancel = context.WithTimeout(budget, time.Until(end)/time.Duration(len(others)-i))
		}
		c.timed(func() { e.explore(part, c.opts.Workers, c.progress) })
		cancel()
		if err := c.addSample(ctx, cell, e); err != nil {
			return err
		}
	}
	return nil
}

// without returns the ticks that are not among some others.
func without(ticks, others []uint64) []uint64 {
	return slices.DeleteFunc(slices.Clone(ticks), func(tick uint64) bool { return slices.Contains(others, tick) })
}

// What is tried of another profile for a finding: the crash point and its neighbours, or the crash point alone if its
// recovery was crashed in turn.
const (
	nearPoints   = 2 // crash points on either side
	nearImages   = 48
	nearPatience = 5 * time.Second // for all profiles of a finding; those it does not suffice for are not tried
)

// What a profile may do about a finding.
const (
	profileFails   = "fails"
	profilePasses  = "passes"
	profileUnseen  = "not seen" // in a sample of the images
	profileUntried = "not tried"
)

// compare tells under which profiles a failure shows: around its crash point, in the same recording.
func compare(ctx context.Context, e *exploration, f *failure) map[string]string {
	if f.tick == 0 {
		return nil // it needs no crash
	}
	ctx, cancel := context.WithTimeout(ctx, nearPatience)
	defer cancel()
	shows := map[string]string{e.plan.Profile: profileFails}
	for _, profile := range otherProfiles(e.plan.Profile) {
		shows[profile.Name] = profileUntried
		if f.Class != "hang" && ctx.Err() == nil {
			shows[profile.Name] = showsUnder(ctx, e.recording.under(profile), e.target, f)
		}
	}
	return shows
}

// showsUnder looks for the same failure in a recording under the profile of its plan.
func showsUnder(ctx context.Context, r *recording, target Target, f *failure) string {
	e := newExploration(r, target)
	e.first, e.wanted, e.images = true, f.kind(), nearImages
	e.ticks = [][]uint64{{f.tick}, r.neighbours(f.tick, nearPoints)}
	e.plan.lives = 0
	switch {
	case f.nested != nil:
		e.plan.nest, e.plan.lives, e.ticks = 1, nestedLives, e.ticks[:1]
	case f.endured:
		e.endless, e.ticks = f.tick, nil
	}
	e.explore(ctx, 1, &progress{})
	for i := range e.failures {
		if e.failures[i].kind() == e.wanted {
			return profileFails
		}
	}
	switch {
	case ctx.Err() != nil || len(e.unclear) > 0 || e.tally.images == 0:
		return profileUntried
	case e.tally.sampled > 0:
		return profileUnseen
	}
	return profilePasses
}

// neighbours returns the crash ticks before and after one, so many on either side.
func (r *recording) neighbours(tick uint64, n int) []uint64 {
	all := r.crashTicks()
	var near []uint64
	for i, t := range all {
		if t == tick {
			near = append(near, all[max(0, i-n):i]...)
			return append(near, all[i+1:min(len(all), i+1+n)]...)
		}
	}
	return nil
}

// sentenceOf says under which profiles a finding shows.
func sentenceOf(shows map[string]string) string {
	by := map[string][]string{}
	for _, p := range faultfs.Profiles() {
		by[shows[p.Name]] = append(by[shows[p.Name]], p.Name)
	}
	fails, passes, unseen, untried := by[profileFails], by[profilePasses], by[profileUnseen], by[profileUntried]
	var s string
	switch {
	case len(fails) == 0:
		return ""
	case len(fails) == len(shows):
		return "Fails on every profile."
	case len(fails) == 1 && len(passes) == len(shows)-1:
		return fmt.Sprintf("Fails on %s only: no image near this crash point fails on %s.", fails[0], list(passes))
	}
	s = "Fails on " + list(fails)
	if len(passes) > 0 {
		s += "; passes on " + list(passes)
	}
	if len(unseen) > 0 {
		s += "; not seen, in some of the images, on " + list(unseen)
	}
	if len(untried) > 0 {
		s += "; not tried on " + list(untried)
	}
	return s + "."
}

// list joins names as a sentence does.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// unseenProfiles returns a reason for each profile that should have had crash images and had none.
func (c *campaign) unseenProfiles() (reasons []string) {
	if !c.sampling {
		return nil
	}
	for _, p := range faultfs.Profiles() {
		if c.profiles[p.Name].Images == 0 {
			reasons = append(reasons, "no crash image was recovered under profile "+p.Name)
		}
	}
	return reasons
}
