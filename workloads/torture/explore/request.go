package explore

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shape"
	"github.com/lightningdb/lightning-torture/workloads/torture/visit"
)

// Subject is what is explored: a recording of a target, with its judges. It is read-only.
type Subject struct {
	Target    contract.Target
	Recording *record.Recording
	Judges    *judge.Judges
	Audit     *audit.Auditor
	Patience  time.Duration // a recovery that takes longer counts as a hang
	Running   Running       // called before each crash point; may be nil
	Looks     *decide.Looks // whether the target's recoveries repeat; shared by all subjects of a target
	Shapes    *shape.Seen   // the shapes of explored crash points; shared by all subjects of a target

	// What the trace says, found when it is first asked for. All profiles of a recording share it.
	shapes     func() map[uint64]uint64 // shape.Of the recording
	situations func() map[uint64][]int  // the goals that each crash hits
	after      []byte                   // see visit.After
}

// Running is called by an explorer before it explores the crash point at a tick of the run described by spec. Slots are
// numbered from 1; there is at most one call per slot at a time, but calls for different slots are concurrent.
type Running func(slot int, spec plan.Spec, tick uint64)

// NewSubject returns a recording of a target as a subject, with its judges.
func NewSubject(target contract.Target, r *record.Recording, patience time.Duration) *Subject {
	judges := judge.New(target, r)
	return &Subject{
		Target: target, Recording: r, Judges: judges, Audit: audit.New(target, r, judges), Patience: patience,
		Looks: &decide.Looks{}, Shapes: &shape.Seen{}, after: visit.After(&target, &r.Plan.Script),
		shapes:     sync.OnceValue(func() map[uint64]uint64 { return shape.Of(r.Trace) }),
		situations: sync.OnceValue(func() map[uint64][]int { return situations(contract.GoalsOf(&target), r) }),
	}
}

// Under returns the subject with its power cuts under another profile.
func (s *Subject) Under(profile faultfs.Profile) *Subject {
	other := *s
	other.Recording = s.Recording.Under(profile)
	return &other
}

const (
	// MaxImages limits the images of one crash point. A crash point with more is explored with bounds or as a sample.
	MaxImages = 512
	// OwedImages and owedLives limit the images, and the recoveries that are crashed in turn, of a crash point that is
	// explored after time is up because it is owed.
	OwedImages = 24
	owedLives  = 2
	// MaxLives limits the recoveries of one crash point that are crashed in turn.
	MaxLives = 24
)

// Request says what to explore of a subject. Start from NewRequest.
type Request struct {
	Subject *Subject
	Ticks   [][]uint64 // ticks of the crash points, by pass, ascending within each; nil: as the plan says
	Points  int        // if Ticks is nil: maximum number of crash points, spread evenly; 0: all
	Images  int        // maximum number of images of one crash point
	// Owed is the number of crash points to explore even if the context of Explore is done, as long as Caller is not. They are
	// the first ones in order; after time is up they get few images each. The crash points of Steer are owed as well.
	Owed  int
	Steer []int  // indexes of goals: first, cut the power once at each of them that the run can hit
	Only  *Image // the only image to recover of each crash point; nil: all images
	// Way says how images are decided, including that of Only.
	Way     decide.Way
	Endures bool   // if Wanted is set: run the row of crashes even so, although its images explain little
	Endless uint64 // the tick of the crash that starts the row of crashes; 0: as the plan says

	Nest       int    // one in Nest recoveries is crashed in turn, at a few operations; 1: all, at every operation
	Lives      int    // maximum number of recoveries of one crash point that are crashed in turn
	NestedTick uint64 // the tick at which to crash recoveries; 0: see Nest
	Repeat     int    // how often to recover each image again; 0: some images once
	// RecoveryFault is the number of the fault to inject into every recovery; 0: a few recoveries get a fault drawn at random.
	RecoveryFault uint64
	AuditAll      bool // audit every image, not only a few
	Whole         bool // let crashes of recoveries have as many images as other crashes, not only a few
	ReopenAll     bool // open every image again in the same process, not only a few

	First  bool   // stop at the first failure
	Wanted string // if First: only at one of this kind; see Failure.Kind
	Until  string // if First: only at the one with this fingerprint

	// Caller is the context of whoever waits for Explore. When it is done, a recovery that is under way is abandoned after
	// record.Grace: its goroutine keeps running, because nothing can stop it. When only the context of Explore is done, as
	// when time is up, no new recoveries start, but running ones are waited for. nil: the context of Explore serves as both.
	Caller context.Context

	Explorers int       // number of crash points explored at the same time
	Slots     int       // number of slots before the first slot of this exploration; see Running
	Progress  *Progress // counts what is done

	recovers func(img *faultfs.FS)  // if not nil, called with each image before it is recovered
	audits   func(disk *faultfs.FS) // if not nil, called with each disk before it is audited
}

// stopsAt reports whether the exploration stops at a failure with the given fingerprint.
func (r *Request) stopsAt(f *Failure, id string) bool {
	if r.Until != "" {
		return r.First && r.Until == id
	}
	return r.First && (r.Wanted == "" || r.Wanted == f.Kind())
}

// AnyCall is for recoveries with several goroutines, whose calls come in a different order each time. It widens a
// request for one nested crash to crashes at all operations of the recovery, with all images, and a request for one
// fault to faults in all calls.
func (r *Request) AnyCall() {
	if r.NestedTick != 0 {
		r.NestedTick = 0
		if r.Only != nil {
			r.Only = &Image{Leaf: r.Only.Leaf, Picks: r.Only.Picks}
		}
	}
	if r.RecoveryFault != 0 {
		r.RecoveryFault, r.Wanted = 0, FaultyJudge+"/"
	}
}

// Progress counts what explorers do while they work. It may be read at any time.
type Progress struct {
	Points, Images, Failures atomic.Int64
}

// Answer is what was decided about one pending operation, or about several at once.
type Answer = decide.Answer

// Image identifies one image of a crash point by its number and its answers.
type Image struct {
	Leaf   int
	Picks  []Answer
	Nested *NestedImage // the image of a second crash, of its recovery; nil: there was none
}

// NewRequest returns the request for everything that the subject's plan says, by one explorer.
func NewRequest(s *Subject) Request {
	return Request{
		Subject: s, Points: s.Recording.Plan.Points, Images: MaxImages, Nest: s.Recording.Plan.Nest, Lives: MaxLives,
		Explorers: 1, Progress: &Progress{},
	}
}

// wants reports whether the request is to reproduce a failure found by the given judge.
func (r *Request) wants(judge string) bool { return strings.HasPrefix(r.Wanted, judge+"/") }
