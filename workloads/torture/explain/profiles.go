package explain

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// What is tried under another profile: the crash point of the failure and its neighbours, or only the crash point itself if
// the failure needs a second crash or a fault during recovery.
const (
	nearPoints   = 2 // crash points on either side
	nearImages   = 48
	nearFaulty   = 4               // images if a call of the recovery has to fail: each is recovered with every fault
	nearPatience = 5 * time.Second // for all profiles of a failure together; profiles that are left then are not tried
)

// How a failure can show under a profile.
const (
	ProfileFails   = "fails"
	ProfilePasses  = "passes"
	ProfileUnseen  = "not seen" // in none of the images that were tried, but others may fail
	ProfileUntried = "not tried"
)

// Profiles finds out under which profiles a failure shows, around its crash point in the same recording. The result maps the
// name of each profile to one of the constants above. It is nil for failures without a crash, and for those that come and go
// on the same disk.
func Profiles(ctx context.Context, s *explore.Subject, f *explore.Failure) map[string]string {
	if f.Tick == 0 || f.Class == explore.NotDeterministic {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, nearPatience)
	defer cancel()
	own := s.Recording.Plan.Spec.Profile
	shows := map[string]string{own: ProfileFails}
	for _, profile := range faultfs.Profiles() {
		if profile.Name == own {
			continue
		}
		shows[profile.Name] = ProfileUntried
		if f.Class != "hang" && ctx.Err() == nil {
			shows[profile.Name] = showsUnder(ctx, s.Under(profile), f)
		}
	}
	return shows
}

// showsUnder looks for the same failure in a recording under the profile of its plan.
func showsUnder(ctx context.Context, s *explore.Subject, f *explore.Failure) string {
	req := explore.NewRequest(s)
	req.First, req.Wanted, req.Images, req.Lives = true, f.Kind(), nearImages, 0
	req.Ticks = [][]uint64{{f.Tick}, s.Recording.Neighbours(f.Tick, nearPoints)}
	switch {
	case f.Nested != nil:
		req.Nest, req.Lives, req.Ticks = 1, explore.MaxLives, req.Ticks[:1]
	case f.RecoveryFault != nil:
		req.Images, req.Ticks = nearFaulty, req.Ticks[:1]
	case f.Endured:
		req.Endless, req.Ticks = f.Tick, nil
	}
	found := explore.Explore(ctx, req)
	for i := range found.Failures {
		if found.Failures[i].Kind() == req.Wanted {
			return ProfileFails
		}
	}
	switch {
	case ctx.Err() != nil || len(found.Unclear) > 0 || found.Tally.Images == 0:
		return ProfileUntried
	case found.Tally.Exhaustive < found.Tally.Points:
		return ProfileUnseen
	}
	return ProfilePasses
}

// ProfilesSentence puts the result of Profiles into words.
func ProfilesSentence(shows map[string]string) string {
	by := map[string][]string{}
	for _, p := range faultfs.Profiles() {
		by[shows[p.Name]] = append(by[shows[p.Name]], p.Name)
	}
	fails, passes, unseen, untried := by[ProfileFails], by[ProfilePasses], by[ProfileUnseen], by[ProfileUntried]
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

// list joins names with commas and "and".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
