package explore

import "github.com/lightningdb/lightning-torture/workloads/torture/recovery"

// Tally holds the figures of an exploration. Only Add adds them up.
type Tally struct {
	Points      int // crash points explored
	AtStake     int // those of Points at which something was pending
	Exhaustive  int // those of Points of which every distinguishable image was recovered
	Sampled     int // the other Points
	Deep        int // those of Exhaustive that were explored to depth 2 without gaps
	Left        int // crash points that were not explored when the budget was spent
	Widest      int // most pending operations at an exhaustive crash point
	Images      int
	Nested      int    // images of crashes of recoveries
	Repeated    int    // images that were recovered twice
	Faulty      int    // recoveries during which a call failed
	Hit         uint64 // those of Faulty that were hit by the rules of the run, which had hit nothing in the run itself
	Audited     int    // images that were looked at closer: verified, read only, copies opened, or repaired
	Alike       int    // images that read the same as another one, whose recovery was not repeated for them
	Divergences int    // recoveries that did not repeat
	Cycles      int    // crashes in a row, each during the recovery from the one before or soon after
	Sessions    int    // times that a store was closed and opened again, for a few writes each
	Hangs       int
	BytesLost   uint64
	Rotted      uint64 // images in which something rotted
	Spent       recovery.Spent

	OnDemand Claims // of the crash points whose images were decided when recovery looked
}

// Claims are crash points of a tally.
type Claims struct{ Points, Exhaustive, Deep int }

// Add adds others.
func (c *Claims) Add(o Claims) {
	c.Points += o.Points
	c.Exhaustive += o.Exhaustive
	c.Deep += o.Deep
}

// Disclaim takes back what was claimed of crash points whose images were decided when recovery looked: recoveries of this
// target do not always look at the same.
func (t *Tally) Disclaim() {
	t.Sampled += t.OnDemand.Exhaustive
	t.Exhaustive -= t.OnDemand.Exhaustive
	t.Deep -= t.OnDemand.Deep
	t.OnDemand.Exhaustive, t.OnDemand.Deep = 0, 0
}

// Add adds the figures of another exploration, or of another explorer.
func (t *Tally) Add(o Tally) {
	t.Points += o.Points
	t.AtStake += o.AtStake
	t.Exhaustive += o.Exhaustive
	t.Sampled += o.Sampled
	t.Deep += o.Deep
	t.Left += o.Left
	t.Widest = max(t.Widest, o.Widest)
	t.Images += o.Images
	t.Nested += o.Nested
	t.Repeated += o.Repeated
	t.Faulty += o.Faulty
	t.Hit += o.Hit
	t.Audited += o.Audited
	t.Alike += o.Alike
	t.Divergences += o.Divergences
	t.Cycles += o.Cycles
	t.Sessions += o.Sessions
	t.Hangs += o.Hangs
	t.BytesLost += o.BytesLost
	t.Rotted += o.Rotted
	t.Spent.Add(o.Spent)
	t.OnDemand.Add(o.OnDemand)
}
