package explore

import "github.com/lightningdb/lightning-torture/workloads/torture/recovery"

// Tally holds the figures of an exploration.
type Tally struct {
	Points       int // crash points explored
	AtStake      int // of Points: some operation was pending
	Exhaustive   int // of Points: every image that recovery can tell apart was recovered
	Bounded      int // of Points: every image with few holes was recovered; see Class
	TwoHoles     int // of Bounded: complete up to two holes at each look
	NoHole       int // of Bounded: complete only without holes
	Sampled      int // of Points: neither Exhaustive nor Bounded nor RottenPoints
	RottenPoints int // of Points: every image was damaged in a place drawn at random
	Deep         int // of Exhaustive: explored to depth 2 without gaps
	Left         int // crash points not explored when the budget was spent
	Widest       int // the largest number of pending operations at an exhaustive crash point
	Images       int
	Nested       int    // images of crashes of recoveries
	Repeated     int    // images recovered a second time
	Faulty       int    // recoveries during which a call failed
	Hit          uint64 // of Faulty: hit by rules of the run that had hit nothing in the run itself
	Audited      int    // images audited: verified, opened read-only, copied, or repaired
	Alike        int    // images not recovered, because they read the same as one that was
	Divergences  int    // recoveries that did not repeat
	Cycles       int    // crashes in a row, each during the recovery from the one before or soon after it
	Sessions     int    // how often a store was closed and opened again, for a few writes each
	Hangs        int
	BytesLost    uint64
	Rotted       uint64 // images with damage
	Spent        recovery.Spent

	OnDemand Claims // the part that was decided on demand
}

// Claims counts crash points by what is claimed for them; see Tally.
type Claims struct{ Points, Exhaustive, Bounded, TwoHoles, NoHole, Deep int }

// claim adds claims to the tally, except for Points.
func (t *Tally) claim(c Claims) {
	t.Exhaustive += c.Exhaustive
	t.Bounded += c.Bounded
	t.TwoHoles += c.TwoHoles
	t.NoHole += c.NoHole
	t.Deep += c.Deep
}

// Add adds other claims.
func (c *Claims) Add(o Claims) {
	c.Points += o.Points
	c.Exhaustive += o.Exhaustive
	c.Bounded += o.Bounded
	c.TwoHoles += o.TwoHoles
	c.NoHole += o.NoHole
	c.Deep += o.Deep
}

// Disclaim counts all crash points that were decided on demand as sampled, and so withdraws what was claimed about
// them. It is called when the target's recoveries turn out not to repeat, because the claims assume that they do.
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
