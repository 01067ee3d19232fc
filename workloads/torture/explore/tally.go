package explore

import "github.com/lightningdb/lightning-torture/workloads/torture/recovery"

// Tally holds the figures of an exploration. Only Add adds them up.
type Tally struct {
	Points       int // crash points explored
	AtStake      int // those of Points at which something was pending
	Exhaustive   int // those of Points of which every distinguishable image was recovered
	Bounded      int // those of Points of which every image was up to some holes: see Bounded1
	TwoHoles     int // those of Bounded that were complete up to two holes at each look
	NoHole       int // those of Bounded that were complete without any hole
	Sampled      int // the other Points, but for RottenPoints
	RottenPoints int // those of Points at which something rotted in each image: what, was drawn
	Deep         int // those of Exhaustive that were explored to depth 2 without gaps
	Left         int // crash points that were not explored when the budget was spent
	Widest       int // most pending operations at an exhaustive crash point
	Images       int
	Nested       int    // images of crashes of recoveries
	Repeated     int    // images that were recovered twice
	Faulty       int    // recoveries during which a call failed
	Hit          uint64 // those of Faulty that were hit by the rules of the run, which had hit nothing in the run itself
	Audited      int    // images that were looked at closer: verified, read only, copies opened, or repaired
	Alike        int    // images that read the same as another one, whose recovery was not repeated for them
	Divergences  int    // recoveries that did not repeat
	Cycles       int    // crashes in a row, each during the recovery from the one before or soon after
	Sessions     int    // times that a store was closed and opened again, for a few writes each
	Hangs        int
	BytesLost    uint64
	Rotted       uint64 // images in which something rotted
	Spent        recovery.Spent

	OnDemand Claims // of the crash points whose images were decided when recovery looked
}

// Claims are crash points of a tally.
type Claims struct{ Points, Exhaustive, Bounded, TwoHoles, NoHole, Deep int }

// claim adds to what the tally claims.
func (t *Tally) claim(c Claims) {
	t.Exhaustive += c.Exhaustive
	t.Bounded += c.Bounded
	t.TwoHoles += c.TwoHoles
	t.NoHole += c.NoHole
	t.Deep += c.Deep
}

// Add adds others.
func (c *Claims) Add(o Claims) {
	c.Points += o.Points
	c.Exhaustive += o.Exhaustive
	c.Bounded += o.Bounded
	c.TwoHoles += o.TwoHoles
	c.NoHole += o.NoHole
	c.Deep += o.Deep
}

// Disclaim takes back what was claimed of crash points whose images were decided when recovery looked: recoveries of this
// target do not always look at the same.
func (t *Tally) Disclaim() {
	o := t.OnDemand
	t.Sampled += o.Exhaustive + o.Bounded
	t.claim(Claims{Exhaustive: -o.Exhaustive, Bounded: -o.Bounded, TwoHoles: -o.TwoHoles, NoHole: -o.NoHole, Deep: -o.Deep})
	t.OnDemand = Claims{Points: o.Points}
}

// Add adds the figures of another exploration, or of another explorer.
func (t *Tally) Add(o Tally) {
	t.Points += o.Points
	t.AtStake += o.AtStake
	t.claim(Claims{Exhaustive: o.Exhaustive, Bounded: o.Bounded, TwoHoles: o.TwoHoles, NoHole: o.NoHole, Deep: o.Deep})
	t.Sampled += o.Sampled
	t.RottenPoints += o.RottenPoints
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
