package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Search is what all searches of crash images have in common, whatever the disks are: when to end, the figures, the answers that are
// known, and the failures. A place P says which image failed. Methods are safe for concurrent use unless they say otherwise.
type Search[P Place[P]] struct {
	Options
	ctx   context.Context // done if the search ends early
	stop  context.CancelCauseFunc
	timed context.Context // done if the time is up
	done  func()          // releases the above

	mu      sync.Mutex
	tally   Tally
	answers map[question]Answer    // the checker's answers so far
	found   map[string]*Failure[P] // by Answer.Kind
	order   []string               // the keys of found, in order of discovery
	ended   bool                   // the time is up, or Options.Enough said so

	findings []Finding
	once     []string // sentences of failures that showed in one recovery only
}

// Place says which image failed.
type Place[P any] interface {
	// Before reports whether a failure here is easier to explain than one in another place.
	Before(other P) bool
}

// Failure is the image that is easiest to explain among those that failed in the same way, and how many there were.
type Failure[P any] struct {
	Place  P
	Answer Answer
	Count  int
	Asked  int // how many recoveries failed; the other images had a content whose answer was known
	All    []P // the places of the first images that failed in this way, at most maxPlaces
}

// maxPlaces is how many places of each kind are kept, to look for a second cause.
const maxPlaces = 1024

// Searcher is a worker of a search whose jobs are J.
type Searcher[J, P any] interface {
	// Try recovers the images that a job stands for. An error ends the search.
	Try(J) error
	// Explain turns a failure into a finding: it confirms, shrinks and explains it, the latter two only until ctx is done.
	Explain(ctx context.Context, f *Failure[P]) (Finding, error)
	// Other returns a failure of the same kind that none of the findings explains, or nil if it knows of none.
	Other(ctx context.Context, f *Failure[P], found []Finding) *Failure[P]
	// Close releases what the worker needs.
	Close() error
}

// question is what a checker is asked: a disk, and the number of lines acknowledged before the crash.
type question struct {
	content Content
	acked   int
}

// NewSearch returns a search that ends with an error when ctx is done.
func NewSearch[P Place[P]](ctx context.Context, o Options) *Search[P] {
	o.ensureDefaults()
	s := &Search[P]{Options: o, answers: map[question]Answer{}, found: map[string]*Failure[P]{}}
	s.ctx, s.stop = context.WithCancelCause(ctx)
	s.timed, s.done = s.ctx, func() { s.stop(nil) }
	if o.For > 0 {
		var expire context.CancelFunc
		s.timed, expire = context.WithTimeout(s.ctx, o.For)
		s.done = func() {
			expire()
			s.stop(nil)
		}
	}
	return s
}

// Run has workers try all jobs, and then one of them explain what was found. It is called once.
func Run[J any, P Place[P]](s *Search[P], worker func(nr int) (Searcher[J, P], error), jobs iter.Seq[J]) (err error) {
	var all []Searcher[J, P]
	defer func() {
		for _, w := range all {
			err = errors.Join(err, w.Close())
		}
	}()
	for nr := range s.Workers {
		w, err := worker(nr)
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	queue := make(chan J)
	var busy sync.WaitGroup
	for _, w := range all {
		busy.Go(func() {
			for j := range queue {
				if err := w.Try(j); err != nil {
					s.stop(err)
				}
			}
		})
	}
	for j := range jobs {
		if s.Ended() {
			break
		}
		select {
		case queue <- j:
		case <-s.ctx.Done(): // noticed at the next job
		}
	}
	close(queue)
	busy.Wait()
	if err := s.Err(); err != nil {
		return err
	}
	return report(s, all[0])
}

// Context is done if the search ends early.
func (s *Search[P]) Context() context.Context { return s.ctx }

// Ended reports whether there is nothing more to try, and remembers why.
func (s *Search[P]) Ended() bool {
	if s.ctx.Err() != nil {
		return true
	}
	over := s.timed.Err() != nil || s.Enough != nil && s.Enough()
	s.mu.Lock()
	defer s.mu.Unlock()
	over = over || s.First && s.tally.Failed > 0
	s.ended = s.ended || over
	return over
}

// Err returns why the search ended early, or nil if it did not.
func (s *Search[P]) Err() error {
	if s.ctx.Err() == nil {
		return nil
	}
	return context.Cause(s.ctx)
}

// Count updates the figures and reports progress.
func (s *Search[P]) Count(change func(*Tally)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.tally)
	if s.Progress != nil {
		s.Progress(s.tally)
	}
}

// plentyWrong is how many failures are plenty: more would add nothing.
const plentyWrong = 256

// Plenty reports whether there are so many failures that few more images of each crash point are enough.
func (s *Search[P]) Plenty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally.Failed >= plentyWrong
}

// Answer returns the answer about a disk on which acked lines were acknowledged, and whether it was already known. If
// not, ask gets it. NB: while one worker asks, another worker with the same question gets the answer Skipped.
func (s *Search[P]) Answer(c Content, acked int, ask func() (Answer, error)) (a Answer, known bool, err error) {
	q := question{c, acked}
	s.mu.Lock()
	if a, known = s.answers[q]; !known {
		s.answers[q] = Answer{Verdict: Skipped}
	}
	s.mu.Unlock()
	if known {
		return a, true, nil
	}
	if a, err = ask(); err == nil {
		s.mu.Lock()
		s.answers[q] = a
		s.mu.Unlock()
	}
	return a, false, err
}

// Recovered counts an image that was recovered after a number of acknowledgements, and keeps it if it failed.
func (s *Search[P]) Recovered(a Answer, acked, lostBytes int, place func() P) {
	s.keep(a, 1, place)
	s.Count(func(t *Tally) {
		t.Images++
		t.LostBytes += lostBytes
		switch {
		case a.Verdict == Skipped:
			t.Skipped++
		case acked > 0:
			t.AfterAcks++
		}
	})
}

// Repeated counts an image whose answer was known.
func (s *Search[P]) Repeated(a Answer, place func() P) {
	s.keep(a, 0, place)
	s.Count(func(t *Tally) { t.Repeated++ })
}

// RecoveredTwice counts an image of a crash during a recovery, and keeps it if it failed.
func (s *Search[P]) RecoveredTwice(a Answer, place func() P) {
	a.Text = inRecovery + a.Text
	s.keep(a, 1, place)
	s.Count(func(t *Tally) { t.Nested++ })
}

// keep keeps a failure if it is the easiest to explain of its kind. asked is 1 if the image was recovered, and 0 if the
// answer was known.
func (s *Search[P]) keep(a Answer, asked int, place func() P) {
	if !a.Failed() {
		return
	}
	at := place()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Failed++
	f := s.found[a.Kind()]
	if f == nil {
		f = &Failure[P]{Place: at, Answer: a}
		s.found[a.Kind()] = f
		s.order = append(s.order, a.Kind())
	}
	if at.Before(f.Place) {
		f.Place, f.Answer = at, a
	}
	if len(f.All) < maxPlaces {
		f.All = append(f.All, at)
	}
	f.Count++
	f.Asked += asked
}

// maxCauses is how many findings may have the same sentence because they have different causes.
const maxCauses = 4

// report confirms and explains what was found. A failure that showed in a single recovery, and never again with the same image, is
// not a finding: the checker or the machine may be to blame. Then it looks for failures that have the same sentence and another
// cause.
func report[J any, P Place[P]](s *Search[P], w Searcher[J, P]) error {
	ctx, stop := s.ctx, context.CancelFunc(func() {})
	if s.Explaining > 0 {
		ctx, stop = context.WithTimeout(s.ctx, s.Explaining)
	}
	defer stop()
	alike := map[string][]Finding{} // by kind
	for _, kind := range s.order[:min(len(s.order), s.Findings)] {
		f := s.found[kind]
		finding, err := w.Explain(ctx, f)
		if err = cmp.Or(s.Err(), err); err != nil {
			return err
		}
		if f.Asked == 1 && finding.Shown == 0 && finding.ShownOf > 0 {
			s.once = append(s.once, finding.Sentence)
			continue
		}
		alike[kind] = append(alike[kind], finding)
		s.add(finding)
	}
	for _, kind := range s.order {
		if err := others(ctx, s, w, s.found[kind], alike[kind]); err != nil {
			return err
		}
	}
	return nil
}

// others looks for failures with the sentence of a finding and another cause, as long as there is room for findings.
func others[J any, P Place[P]](ctx context.Context, s *Search[P], w Searcher[J, P], f *Failure[P], alike []Finding) error {
	for len(alike) > 0 && len(alike) < maxCauses && len(s.findings) < s.Findings {
		other := w.Other(ctx, f, alike)
		if other == nil {
			break
		}
		finding, err := w.Explain(ctx, other)
		if err = cmp.Or(s.Err(), err); err != nil {
			return err
		}
		known := slices.ContainsFunc(alike, func(g Finding) bool { return g.ID == finding.ID })
		if known || finding.Shown < finding.ShownOf || finding.Explanation == nil {
			break
		}
		alike = append(alike, finding)
		s.add(finding)
	}
	return nil
}

// add adds a finding, or counts it if one with the same cause is there.
func (s *Search[P]) add(finding Finding) {
	same := slices.IndexFunc(s.findings, func(g Finding) bool { return finding.sameCause(&g) })
	if same >= 0 {
		s.findings[same].Count += finding.Count
		return
	}
	s.findings = append(s.findings, finding)
}

// Conclude fills in the findings, the figures and the verdict. err is the error of Run, and points the number of crash
// points.
func (s *Search[P]) Conclude(r *Result, points int, err error) {
	defer s.done()
	r.Findings, r.Once, r.Tally = s.findings, s.once, s.tally
	switch {
	case err != nil:
		r.Inconclusive = "the search ended early: " + err.Error()
	case s.ended && len(r.Findings) == 0:
		r.Inconclusive = fmt.Sprintf("time ran out after %d images, at %d of %d crash points", s.tally.Images, s.tally.Points, points)
	default:
		r.Conclude()
	}
}
