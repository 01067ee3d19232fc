package torture

import (
	"cmp"
	"context"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// worker explores crash points, one at a time.
type worker struct {
	*exploration
	prober   prober
	name     string // of the worker's goroutine, as it begins a stack trace
	inside   inside
	rule     checker.Rule
	progress *progress
	slot     int  // see Options.Running
	callers  bool // second lives are to say which code of the engine they come from
	tally    tally
	failures map[string]*failure // by fingerprint, the simplest of each
	gaps     bool                // some crash of a recovery of the crash point at hand was left out
	strayed  bool                // some recovery of the crash point at hand did not repeat
	survived survival
	reached  []int          // crash points by goal
	unclear  map[string]int // judgements without an answer, by reason
	// wrongTotal is the money in a state that the bank's judge rejected.
	wrongTotal *int64

	// The latest verdict: images of one crash point mostly recover to the same state.
	last struct {
		valid  bool
		bounds bounds
		state  history.State
		result checker.Result
	}
	verdicts map[verdictKey]checker.Result
}

type verdictKey struct {
	bounds bounds
	state  uint64 // hash
	pairs  int
}

func newWorker(e *exploration, p *progress) *worker {
	return &worker{
		reached: make([]int, len(e.reached)), exploration: e, progress: p, survived: newSurvival(),
		unclear: map[string]int{}, failures: map[string]*failure{},
		verdicts: map[verdictKey]checker.Result{}, rule: e.plan.fault.rule(e.target.Promises),
		prober: prober{target: e.target, epoch: time.Now()},
	}
}

// way is how the image at hand came about.
type way struct {
	job    *job
	path   *choices
	leaf   int
	rot    *faultfs.Damage
	nested *nestedWay
	// endured: the store had been crashed again and again since.
	endured bool
}

// depth orders ways by how many crashes there were: one, one more during recovery, many.
func depth(nested *nestedWay, endured bool) int {
	switch {
	case endured:
		return 3
	case nested != nil:
		return 2
	}
	return 1
}

// run explores one crash point: depth first through every answer that recovery's questions can have.
func (w *worker) run(ctx context.Context, j job) {
	begin := time.Now()
	defer func() { w.tally.spent.total += time.Since(begin) }()
	w.plan.tell(w.slot, w.target.Name, where{tick: j.point.Tick})
	if j.endure {
		w.endure(ctx, j)
		return
	}
	w.gaps, w.strayed = false, false
	path, sampled, leaf, lives := newChoices(), false, 0, 0
	if w.only != nil {
		path, leaf = alongside(w.only.picks), w.only.leaf
	}
	for more := true; more; leaf++ {
		if ctx.Err() != nil {
			return
		}
		if leaf == w.images && w.only == nil {
			sampled = true
			break
		}
		img := w.image(&j, way{job: &j, path: path, leaf: leaf}, &lives)
		sampled = sampled || img.Sampled()
		switch {
		case w.plan.fault.rot:
			sampled = true // a bit rots elsewhere in every image, so no two of a crash point are of one search
		case path.strayed():
			sampled = true
			w.tally.divergences++
		}
		more = path.next() && w.only == nil
	}
	w.tally.points++
	for _, goal := range w.situations[j.point.Tick] {
		w.reached[goal]++
	}
	w.progress.points.Add(1)
	if sampled || w.strayed {
		w.tally.sampled++
		return
	}
	w.tally.exhaustive++
	if w.plan.nest == 1 && !w.gaps {
		w.tally.deep++
	}
	w.tally.widest = max(w.tally.widest, j.point.Pending())
}

// image recovers one crash image, judges it, and crashes its recovery if that is due; lives counts how often it was.
func (w *worker) image(j *job, at way, lives *int) *faultfs.FS {
	point := j.point
	if w.plan.fault.rot {
		if rotten, damage, ok := point.Rot(w.plan.rules[0].Clone(), mix(j.draw, uint64(at.leaf))); ok {
			point, at.rot = rotten, &damage
			w.tally.rotted++
		}
	}
	begin := time.Now()
	img := point.Image(faultfs.ImageOptions{Chooser: at.path})
	w.tally.spent.making += time.Since(begin)
	at.path.begin(img.Now)
	r, about := recovery{img: img, probe: probeSeed(j.draw)}, inside{img, at, at.path}
	err := w.recover(r, about)
	w.count(img)
	shown := w.shown(err, at)
	if !w.accept(img, at, err) {
		w.gaps = true
		return img
	}
	if shown != 0 {
		w.repeat(point, r, about, shown, func(img *faultfs.FS, path *choices, err error) {
			again := at
			again.path = path
			w.accept(img, again, err)
		})
	}
	switch {
	case w.plan.model.Device.IgnoreFlush > 0:
		w.gaps = true // nothing that a second life does is ever durable
	case at.rot != nil || mix(j.draw, uint64(at.leaf))%uint64(w.plan.nest) != 0:
	case *lives == w.plan.lives:
		w.gaps = true
	default:
		*lives++
		w.nest(at)
	}
	return img
}

// inside is what the engine is about: the image, the way to it, and the path that it asks.
type inside struct {
	img  *faultfs.FS
	at   way
	path *choices
}

// recover runs a recovery; what it is about is for a watchdog that has to give it up.
func (w *worker) recover(r recovery, about inside) error {
	w.inside = about
	return w.prober.recover(r)
}

// giveUp reports whether the engine hangs. Then the worker is at the caller's disposal, who is to end the exploration:
// most other images would hang too, and each costs the same patience.
func (w *worker) giveUp(patience time.Duration) bool {
	if !w.prober.giveUp(patience) {
		return false
	}
	w.inside.path.leave()
	w.tally.hangs++
	w.fail(w.inside.img, w.inside.at, "recovery", newHang("recovery", patience, w.name).violation())
	return true
}

func (w *worker) count(img *faultfs.FS) {
	w.tally.images++
	w.progress.images.Add(1)
	w.tally.bytesLost += uint64(img.LostBytes())
}

// accept judges what a recovery returned and reports whether all was well.
func (w *worker) accept(img *faultfs.FS, at way, err error) bool {
	w.survived.asked = max(w.survived.asked, at.job.cut.Acked)
	if err != nil {
		if v := refusal(err, &w.plan.fault); v != nil {
			w.survived.unrecovered(at.job.cut.Acked)
			w.fail(img, at, "recovery", *v)
		}
		return false
	}
	if v := w.prober.checkFiles(img); v != nil {
		w.fail(img, at, "files", *v)
		return false
	}
	result := w.judgeState(at)
	switch result.Verdict {
	case checker.Pass:
		return true
	case checker.Inconclusive:
		w.unclear[result.Judge+": "+result.Reason]++
		return false
	case checker.Fail:
	}
	for _, v := range result.Violations {
		w.mourn(v)
		if f := w.fail(img, at, result.Judge, v); f != nil {
			f.recovered = w.last.state.Clone()
		}
	}
	return false
}

// mourn notes which commits of the recorded run a violation says are lost.
func (w *worker) mourn(v checker.Violation) {
	if v.Class == "lost" {
		w.survived.lose(v.Ops)
	}
}

// judgeState returns the verdict about the recovered state, from the cache where the same was judged before.
func (w *worker) judgeState(at way) checker.Result {
	if w.last.valid && w.last.bounds == at.job.bounds && w.last.state.Equal(&w.prober.state) && at.rot == nil {
		return w.last.result
	}
	key := verdictKey{at.job.bounds, w.prober.state.Hash(w.seed), w.prober.state.Len()}
	result, known := w.verdicts[key]
	if at.rot != nil {
		result = w.judges(at) // by a rule of its own, which depends on the file that rotted
	} else if !known {
		result = w.judges(at)
		w.verdicts[key] = result
	}
	w.last.valid, w.last.bounds, w.last.result = at.rot == nil, at.job.bounds, result
	w.last.state, w.prober.state = w.prober.state, w.last.state
	return result
}

// judges asks every judge of recovered states.
func (w *worker) judges(at way) checker.Result {
	rule := w.rule
	cut := at.rot != nil && at.rot.Effect == faultfs.Truncated && w.target.onlyGrows(at.rot.Path)
	when := at.job.cut
	switch {
	case cut:
		rule.Lower = checker.NothingMustSurvive
	case at.rot != nil && w.target.isLog(at.rot.Path):
		when.Acked = min(when.Acked, w.beforeDamage(at)) // from there on it looks like a torn write
	}
	rule.Suffix = rule.Suffix && !cut
	if r := w.judge.Judge(when, &w.prober.state, rule); r.Verdict != checker.Pass {
		return r
	}
	if r := w.known.judge(when, &w.prober.state, rule); r.Verdict != checker.Pass {
		return r
	}
	if bank := w.plan.bank(); bank != nil && w.prober.state.Len() > 0 && !cut && w.target.Promises.conserves() {
		r := bank.JudgeState(&w.prober.state)
		if r.Verdict == checker.Fail {
			total := bank.Sum(&w.prober.state)
			w.wrongTotal = &total
		}
		return r
	}
	return w.linearizability(at, rule)
}

// beforeDamage returns the tick until which a commit must have been acknowledged to lie in a log before what rotted: the one
// before the first write there.
func (w *worker) beforeDamage(at way) history.Tick {
	var file faultfs.Ino
	for i := range w.trace {
		op := &w.trace[i]
		if op.Tick > at.job.point.Tick {
			break
		}
		if op.Path == at.rot.Path || op.To == at.rot.Path {
			file = op.Ino
		}
	}
	from, to := at.rot.Off, at.rot.Off+rotBlock
	if at.rot.Effect == faultfs.BitFlip {
		to = from + 1
	}
	for i := range w.trace {
		op := &w.trace[i]
		if op.Kind == faultfs.OpWrite && op.Ino == file && op.Off < to && op.Off+int64(len(op.Data)) > from {
			return history.Tick(op.Tick) - 1
		}
	}
	return 0
}

// rotBlock is how many bytes of a file are of another time or place where a block of it is.
const rotBlock = 4096

// linearizabilityEach is how many distinct states there are to one that is judged for linearizability too: the search
// for an order costs as much as many recoveries.
const linearizabilityEach = 16

// linearizability asks whether one order explains what the clients saw before the crash and what the recovered store
// shows after it. It is a question only where nothing that was acknowledged, or shown, may be lost.
func (w *worker) linearizability(at way, rule checker.Rule) checker.Result {
	damaged := at.rot != nil && w.target.isLog(at.rot.Path)
	everything := rule.Lower == checker.AckedMustSurvive || rule.Lower == checker.SyncedMustSurvive && w.plan.allSynced
	sampled := mix(at.job.draw, uint64(at.leaf)+1)%linearizabilityEach == 0
	if !everything || damaged || !sampled || !w.target.Promises.Linearizable || !w.target.Promises.ShownSurvives {
		return checker.Result{Judge: "durability", Verdict: checker.Pass}
	}
	return checker.Linearizability(context.Background(), w.history, nil, &w.prober.state, &at.job.cut, checker.Limits{})
}

// simpler reports whether a person would rather look at this way than at that of a failure: one crash is easier to
// follow than two, and an early one than a late one.
func (at way) simpler(f *failure) bool {
	return cmp.Or(cmp.Compare(depth(at.nested, at.endured), f.depth()), cmp.Compare(at.job.point.Tick, f.tick)) < 0
}

// fail keeps a violation with the simplest way to it, and returns it if this way is that.
func (w *worker) fail(img *faultfs.FS, at way, judge string, v checker.Violation) *failure {
	kind := judge + "/" + v.Class
	if w.first && (w.wanted == "" || w.wanted == kind) {
		w.stop()
	}
	id, count := fingerprint(&failure{Violation: v, judge: judge}), 1
	if f := w.failures[id]; f != nil {
		if f.count++; !at.simpler(f) {
			return nil
		}
		count = f.count
	} else {
		w.progress.failures.Add(1)
	}
	f := &failure{
		Violation: v, judge: judge, tick: at.job.point.Tick, leaf: at.leaf, picks: at.path.picks(), rot: at.rot,
		draw: at.job.draw, nested: at.nested, endured: at.endured, fates: img.Fates(), count: count,
	}
	w.failures[id] = f
	return f
}
