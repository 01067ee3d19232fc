package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
)

// Totals has the sums of a ledger. Each cell of a lap is counted once.
type Totals struct {
	Laps        int            `json:"laps"` // laps completed by all shards
	Cells       int            `json:"cells"`
	Passed      int            `json:"passed"` // part of Cells, as are Failed, Unclear and Lost
	Failed      int            `json:"failed"`
	Unclear     int            `json:"unclear"`
	Lost        int            `json:"lost"`
	Runs        int            `json:"runs"`
	CrashPoints int            `json:"crash_points"`
	Exhaustive  int            `json:"exhaustive"` // part of CrashPoints
	Images      int            `json:"images"`     // crash images recovered and judged
	Nested      int            `json:"nested"`     // part of Images: those of crashes during recovery
	Shapes      int            `json:"shapes"`     // distinct shapes of the crash points; a good estimate if there are more than distinct.Max
	BytesLost   uint64         `json:"bytes_lost"`
	Seconds     float64        `json:"seconds"`  // total time of the cells
	Profiles    map[string]int `json:"profiles"` // images by profile
	Goals       map[string]int `json:"goals"`    // crash points by goal
	Starts      int            `json:"starts"`   // starts of supervisors; all but the first are resumptions
	Deaths      int            `json:"deaths"`   // processes that died
	Replays     int            `json:"replays"`  // of findings
}

// CanaryTotals has the results of the searches for planted bugs.
type CanaryTotals struct {
	Tried  int       `json:"tried"`
	Caught int       `json:"caught"`
	Missed int       `json:"missed"` // consecutive misses up to now; the lab is blind while it is not 0
	Last   time.Time `json:"last"`   // when one was last caught; zero if never
	Reason string    `json:"reason"` // why the last one was not caught
}

// LifeTotals has the totals of the long-lived store.
type LifeTotals struct {
	Lives     int  `json:"lives"` // number of stores so far; a store that breaks a promise is replaced by a new one
	Stretches int  `json:"stretches"`
	Cuts      int  `json:"cuts"` // power cuts, each with a full comparison
	Ops       int  `json:"ops"`
	Last      Life `json:"last"`
}

// Book adds up the events of a ledger. The zero value is empty. A Book is used by one goroutine.
type Book struct {
	Totals    Totals
	Canary    CanaryTotals
	Life      LifeTotals
	Started   Start     // the latest start
	Since     time.Time // time of the first event
	Seen      time.Time // time of the last event
	Counted   time.Time // time of the last cell
	Stopped   string    // why the latest supervisor ended; empty if it is running or was killed
	shapes    distinct.Set
	findings  map[string]*Finding
	cells     map[int][]uint64 // bit sets of the counted cells, by lap
	laps      map[int]map[Shard]bool
	canaries  map[inShard]bool
	stretches map[inShard]bool
	next      int // the first incomplete lap
}

// Add adds an event. The error is ErrCampaign if it is a start of a different campaign.
func (b *Book) Add(e *Event) error {
	if b.cells == nil {
		b.findings, b.cells, b.laps = map[string]*Finding{}, map[int][]uint64{}, map[int]map[Shard]bool{}
		b.canaries, b.stretches, b.Since = map[inShard]bool{}, map[inShard]bool{}, e.Time
		b.Totals.Profiles, b.Totals.Goals = map[string]int{}, map[string]int{}
	}
	b.Seen = e.Time
	switch {
	case e.Start != nil:
		if b.Started.Campaign != "" && b.Started.Campaign != e.Start.Campaign {
			return fmt.Errorf("%w: %s, not %s", ErrCampaign, e.Start.Campaign, b.Started.Campaign)
		}
		b.Started, b.Stopped = *e.Start, ""
		b.Totals.Starts++
	case e.Cell != nil:
		b.addCell(e)
	case e.Lap != nil:
		b.addLap(e.Lap)
	case e.Canary != nil:
		b.addCanary(e)
	case e.Death != nil:
		b.Totals.Deaths++
		if e.Death.Finding != nil {
			b.see(e, e.Death.Lap, e.Death.Finding)
		}
	case e.Replay != nil:
		b.Totals.Replays++
		if f := b.findings[e.Replay.ID]; f != nil {
			f.replayed(e)
		}
	case e.Life != nil:
		b.addLife(e)
	case e.Stop != nil:
		b.Stopped = e.Stop.Reason
	}
	return nil
}

// inShard identifies something that every shard has separately.
type inShard struct {
	shard Shard
	n, m  int
}

// here identifies something in the shard of the latest supervisor.
func (b *Book) here(n, m int) inShard { return inShard{b.Started.Shard, n, m} }

// Has reports whether a cell of a lap was counted.
func (b *Book) Has(lap, cell int) bool {
	bits := b.cells[lap]
	return cell/64 < len(bits) && bits[cell/64]&(1<<(cell%64)) != 0
}

// Unseen returns those of some shapes that the ledger has to record, because its cells do not have them yet.
func (b *Book) Unseen(shapes distinct.Hashes) distinct.Hashes { return b.shapes.Unseen(shapes) }

// HasCanary reports whether the canary of a lap was tried.
func (b *Book) HasCanary(lap int) bool { return b.canaries[b.here(lap, 0)] }

// HasLap reports whether a lap is complete in a shard.
func (b *Book) HasLap(lap int, s Shard) bool { return b.laps[lap][s] }

// Next returns the first incomplete lap.
func (b *Book) Next() int { return b.next }

// Findings returns the findings in the order in which they were first seen.
func (b *Book) Findings() []Finding {
	all := make([]Finding, 0, len(b.findings))
	for _, f := range b.findings {
		all = append(all, f.clone())
	}
	slices.SortFunc(all, func(x, y Finding) int { return cmp.Compare(x.first, y.first) })
	return all
}

func (b *Book) addCell(e *Event) {
	c := e.Cell
	if b.Has(c.Lap, c.Cell) {
		return
	}
	for len(b.cells[c.Lap]) <= c.Cell/64 {
		b.cells[c.Lap] = append(b.cells[c.Lap], 0)
	}
	b.cells[c.Lap][c.Cell/64] |= 1 << (c.Cell % 64)
	b.Counted = e.Time
	t := &b.Totals
	t.Cells++
	switch c.Outcome {
	case Passed:
		t.Passed++
	case Failed:
		t.Failed++
	case Unclear:
		t.Unclear++
	case Lost:
		t.Lost++
	}
	t.Runs += c.Runs
	t.CrashPoints += c.CrashPoints
	t.Exhaustive += c.Exhaustive
	t.Images += c.Images
	t.Nested += c.Nested
	for _, shape := range c.Shapes {
		b.shapes.Add(shape)
	}
	t.Shapes = b.shapes.Len()
	t.BytesLost += c.BytesLost
	t.Seconds += c.Seconds
	for name, n := range c.Profiles {
		t.Profiles[name] += n
	}
	for name, n := range c.Goals {
		t.Goals[name] += n
	}
	for i := range c.Findings {
		b.see(e, c.Lap, &c.Findings[i])
	}
}

func (b *Book) addLap(l *Lap) {
	if b.laps[l.Lap] == nil {
		b.laps[l.Lap] = map[Shard]bool{}
	}
	if b.laps[l.Lap][l.Shard] {
		return
	}
	b.laps[l.Lap][l.Shard] = true
	if len(b.laps[l.Lap]) == max(1, l.Shard.Of) {
		b.Totals.Laps++
	}
	for len(b.laps[b.next]) > 0 && len(b.laps[b.next]) == max(1, l.Shard.Of) {
		b.next++
	}
}

func (b *Book) addCanary(e *Event) {
	c := e.Canary
	if b.HasCanary(c.Lap) {
		return
	}
	b.canaries[b.here(c.Lap, 0)] = true
	b.Canary.Tried++
	if c.Caught {
		b.Canary.Caught, b.Canary.Missed, b.Canary.Last, b.Canary.Reason = b.Canary.Caught+1, 0, e.Time, ""
		return
	}
	b.Canary.Missed, b.Canary.Reason = b.Canary.Missed+1, c.Reason
}

func (b *Book) addLife(e *Event) {
	l := e.Life
	at := b.here(l.Life, l.Stretch)
	if b.stretches[at] {
		return // counted already: the store was resumed from an older snapshot
	}
	b.stretches[at] = true
	b.Life.Lives, b.Life.Last = max(b.Life.Lives, l.Life+1), *l
	b.Life.Stretches++
	b.Life.Cuts += l.Cuts
	b.Life.Ops += l.Ops
	if l.Finding != nil {
		b.see(e, b.next, l.Finding)
	}
}
