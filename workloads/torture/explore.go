package torture

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// maxImages bounds the images of one crash point; a crash point that has more is reported as sampled.
const maxImages = 512

// job is one crash point to explore.
type job struct {
	point  *faultfs.CrashPoint
	cut    history.Cut
	bounds bounds
	draw   uint64 // of what is drawn for it: probes, nested crashes, repetitions, bit rot
	endure bool   // not to be explored: its recovery is crashed again and again
}

// bounds is how many operations were acknowledged and called before a crash: two crash points with the same bounds
// and the same recovered state have the same verdict.
type bounds struct{ acked, called int }

// exploration is what exploring one recording has found so far; workers add to it.
type exploration struct {
	*recording
	target  Target
	seed    maphash.Seed // of the hashes of states
	ticks   [][]uint64   // of the crashes to explore, in ascending passes; nil: as the plan says
	endless uint64       // tick of the crash whose recovery is crashed again and again; 0: as the plan says
	nested  uint64       // tick at which to crash recoveries; 0: as the plan says
	images  int          // of one crash point at the most
	only    *decided     // the one image to recover of each crash point; nil: all
	first   bool         // stop at the first failure
	wanted  string       // if first: only at one of this kind
	stop    func()       // ends the exploration

	mu       sync.Mutex
	tally    tally
	failures []failure
	unclear  map[string]int
	wrong    *int64 // a wrong total of the bank that some image had
	survived survival

	situations map[uint64][]int // goals by the tick of a crash that hits them
	reached    []int            // crash points by goal
}

func newExploration(r *recording, target Target) *exploration {
	r.orders(target.Promises) // before workers ask for them
	switch {
	case r.judge != nil: // it was explored before, under another profile
	case target.Promises.ShownSurvives:
		r.judge = checker.NewStrictDurability(r.history, &history.State{})
	default:
		r.judge = checker.NewDurability(r.history, &history.State{})
	}
	return &exploration{
		recording: r, target: target, seed: maphash.MakeSeed(), survived: newSurvival(), unclear: map[string]int{},
		images: maxImages,
	}
}

// decided is one image, by what was decided when it was found.
type decided struct {
	leaf   int
	picks  []choice
	nested *nestedWay // the image of the crash of its recovery; nil: there was none
}

// failure is one violation with the way to it.
type failure struct {
	checker.Violation
	judge  string
	tick   uint64   // of the crash; 0: no crash
	leaf   int      // number of the image among those of the crash point
	picks  []choice // the image
	rot    *faultfs.Damage
	draw   uint64
	nested *nestedWay // a crash during recovery
	// endured: the store had been crashed again and again since.
	endured bool
	fates   map[uint64]string
	// recovered is what the store showed, where a judge of recovered states rejects it.
	recovered *history.State
	count     int // how many images showed it
}

// kind names what a failure is an instance of.
func (f *failure) kind() string { return f.judge + "/" + f.Class }

func (f *failure) depth() int { return depth(f.nested, f.endured) }

// nestedWay is where recovery itself was crashed.
type nestedWay struct {
	Tick  uint64   `json:"tick"` // of the image
	Leaf  int      `json:"leaf"`
	Picks []choice `json:"picks"`
}

// tally is the figures of an exploration.
type tally struct {
	points, exhaustive, sampled, widest int
	images, nested, divergences, hangs  int
	repeated                            int // images that were recovered twice
	deep                                int // crash points that were explored to depth 2 without gaps
	cycles                              int // crashes in a row, each during the recovery from the one before or soon after
	left                                int // crash points that were not explored when the time was over
	bytesLost                           uint64
	spent                               spent
	rotted                              uint64
}

// crashTicks returns the ticks at which power is worth cutting, ascending.
func (r *recording) crashTicks() []uint64 {
	var all []uint64
	for i := range r.trace {
		if r.trace[i].Changes() {
			all = append(all, r.trace[i].Tick)
		}
	}
	return all
}

// fromFault returns the crash ticks from the first injected fault on, and the one before it: until then the run is one
// without the fault.
func (r *recording) fromFault() []uint64 {
	all := r.crashTicks()
	first, _ := slices.BinarySearch(all, uint64(r.excused()))
	return all[max(0, first-1):]
}

// spread returns so many of the ticks, spread evenly, with the last.
func spread(ticks []uint64, limit int) []uint64 {
	if limit <= 0 || limit >= len(ticks) {
		return ticks
	}
	some := make([]uint64, limit)
	for i := range some {
		some[i] = ticks[(i+1)*len(ticks)/limit-1]
	}
	return some
}

// passes splits ticks into sweeps over the whole run, each twice as fine as the one before, so that an exploration that is
// cut short has seen all parts of it. Each pass is ascending.
func passes(ticks []uint64) [][]uint64 {
	out := make([][]uint64, 3)
	for i, tick := range ticks {
		switch behind := len(ticks) - 1 - i; {
		case behind%4 == 0:
			out[0] = append(out[0], tick)
		case behind%2 == 0:
			out[1] = append(out[1], tick)
		default:
			out[2] = append(out[2], tick)
		}
	}
	return out
}

// explore cuts power at every crash point of the recording and judges every image that recovery can tell apart, until
// ctx is done.
func (e *exploration) explore(ctx context.Context, workers int, progress *progress) {
	if e.first && len(e.problems) > 0 {
		return // it failed without a crash
	}
	ctx, e.stop = context.WithCancel(ctx)
	defer e.stop()
	goals := e.target.goals()
	e.situations, e.reached = situations(goals, e.trace), make([]int, len(goals))
	jobs := make(chan job)
	crew := make([]*worker, workers)
	done := make(chan *worker, workers) // buffered: a worker that comes late must not wait for a reader
	for i := range crew {
		w := newWorker(e, progress)
		crew[i], w.slot = w, i+1
		go func() {
			w.name = goroutineName()
			for j := range jobs {
				w.run(ctx, j)
			}
			done <- w
		}()
	}
	var feeding sync.WaitGroup
	feeding.Go(func() {
		defer close(jobs)
		e.feed(ctx, jobs)
	})
	e.gather(crew, done)
	feeding.Wait()
	for _, pass := range e.sweeps() {
		e.tally.left += len(pass)
	}
	e.tally.left -= e.tally.points
	slices.SortStableFunc(e.failures, func(a, b failure) int {
		return cmp.Or(cmp.Compare(a.depth(), b.depth()), cmp.Compare(a.tick, b.tick), cmp.Compare(a.leaf, b.leaf))
	})
}

// gather merges the workers that are done. It watches over the others: one that hangs is merged as it is, and ends the
// exploration.
func (e *exploration) gather(crew []*worker, done <-chan *worker) {
	watch := time.NewTicker(max(e.plan.patience/8, time.Millisecond))
	defer watch.Stop()
	for left := len(crew); left > 0; {
		select {
		case w := <-done:
			e.merge(w)
			left--
		case <-watch.C:
			for _, w := range crew {
				if w.giveUp(e.plan.patience) {
					e.stop()
					e.merge(w)
					left--
				}
			}
		}
	}
}

// sweeps returns the ticks to cut power at, in the order in which to go through them.
func (e *exploration) sweeps() [][]uint64 {
	switch {
	case e.ticks != nil || e.endless != 0:
		return e.ticks
	case e.wanted != "":
		return [][]uint64{e.crashTicks()} // the earliest is the easiest to follow
	case e.plan.Scenario == sweepName:
		return [][]uint64{spread(e.fromFault(), e.plan.points)}
	case e.plan.points > 0:
		return [][]uint64{spread(e.crashTicks(), e.plan.points)}
	}
	return passes(e.crashTicks())
}

// feed sends the crash points in passes.
func (e *exploration) feed(ctx context.Context, jobs chan<- job) {
	fs := faultfs.Recorded(e.trace)
	cuts := newCuts(e.trace, e.history)
	var making time.Duration
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.tally.spent.add(spent{making: making, total: making})
	}()
	send := func(timeline *faultfs.Timeline, tick uint64, endure bool) bool {
		begin := time.Now()
		j := job{point: timeline.Advance(tick), cut: cuts.at(tick), draw: tick, endure: endure}
		j.bounds = cuts.bounds(j.cut)
		making += time.Since(begin)
		select {
		case jobs <- j:
			return true
		case <-ctx.Done():
			return false
		}
	}
	endure := func() bool {
		tick := e.enduring()
		return tick == 0 || send(faultfs.NewTimeline(fs, e.plan.model, 0), tick, true)
	}
	all := e.sweeps()
	if len(all) == 0 {
		endure()
		return
	}
	for i, pass := range all {
		if i == 1 && !endure() { // by now all parts of the run have been seen
			return
		}
		timeline := faultfs.NewTimeline(fs, e.plan.model, 0)
		for _, tick := range pass {
			if !send(timeline, tick, false) {
				return
			}
		}
	}
	if len(all) == 1 {
		endure()
	}
}

// enduring returns the tick of the crash whose recovery is crashed again and again: one of each run that is small enough.
func (e *exploration) enduring() uint64 {
	all := e.crashTicks()
	switch {
	case e.endless != 0:
		return e.endless
	case e.wanted != "" && !strings.HasPrefix(e.wanted, growthJudge+"/"):
		return 0 // its images are not those of a search, so they explain little
	case e.ticks != nil || e.plan.Scenario != "" || e.plan.fault.rot || len(all) == 0:
		return 0
	}
	return all[mix(e.plan.Seed, endureCycles)%uint64(len(all))]
}

// merge adds what a worker found.
func (e *exploration) merge(w *worker) {
	e.mu.Lock()
	defer e.mu.Unlock()
	w.tally.spent.add(w.prober.spent)
	e.tally.add(w.tally)
	for _, f := range w.failures {
		e.failures = append(e.failures, *f)
	}
	e.wrong = cmp.Or(e.wrong, w.wrongTotal)
	e.survived.add(w.survived)
	for i, n := range w.reached {
		e.reached[i] += n
	}
	for reason, n := range w.unclear {
		e.unclear[reason] += n
	}
}

// cuts finds where a crash at a tick cuts the history.
type cuts struct {
	ops     []uint64 // ticks of the filesystem operations
	returns []history.Tick
	calls   []history.Tick
}

func newCuts(trace []faultfs.Op, ops []history.Op) *cuts {
	c := &cuts{}
	for i := range trace {
		c.ops = append(c.ops, trace[i].Tick)
	}
	for i := range ops {
		c.calls = append(c.calls, ops[i].Call)
		c.returns = append(c.returns, ops[i].Return)
	}
	slices.Sort(c.returns)
	return c
}

// at returns the sharpest cut for a disk that has seen the operation at tick and no later one: what was acknowledged
// until the next operation must be there, and what was called after this one cannot be.
func (c *cuts) at(tick uint64) history.Cut {
	acked := history.Tick(tick)
	if next, _ := slices.BinarySearch(c.ops, tick+1); next < len(c.ops) {
		acked = history.Tick(c.ops[next] - 1)
	} else if answered, _ := slices.BinarySearch(c.returns, history.Never); answered > 0 {
		acked = max(acked, c.returns[answered-1])
	}
	return history.Cut{Acked: acked, Called: history.Tick(tick)}
}

func (c *cuts) bounds(cut history.Cut) bounds {
	acked, _ := slices.BinarySearch(c.returns, cut.Acked+1)
	called, _ := slices.BinarySearch(c.calls, cut.Called+1)
	return bounds{acked, called}
}
