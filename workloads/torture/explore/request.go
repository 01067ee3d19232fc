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
	Patience  time.Duration // how long the engine may take over one recovery before it counts as hanging
	Running   Running       // nil: nobody wants to know
	Looks     *decide.Looks // what is known of how the target's recoveries look at the disk; subjects of one target share it
	Shapes    *shape.Seen   // of crash points that were explored; subjects of one target share it

	shapes func() map[uint64]uint64 // shape.Of the recording
	after  []byte                   // see visit.After
}

// Running is called by an explorer before it explores the crash at a tick of the run that a spec describes. Slots are numbered
// from 1; each has one caller at a time.
type Running func(slot int, spec plan.Spec, tick uint64)

// NewSubject makes the judges of a recording.
func NewSubject(target contract.Target, r *record.Recording, patience time.Duration) *Subject {
	judges := judge.New(target, r)
	return &Subject{
		Target: target, Recording: r, Judges: judges, Audit: audit.New(target, r, judges), Patience: patience,
		Looks: &decide.Looks{}, Shapes: &shape.Seen{}, shapes: sync.OnceValue(func() map[uint64]uint64 { return shape.Of(r.Trace) }),
		after: visit.After(&target, &r.Plan.Script),
	}
}

// Under returns the subject with its power cut under another profile.
func (s *Subject) Under(profile faultfs.Profile) *Subject {
	other := *s
	other.Recording = s.Recording.Under(profile)
	return &other
}

const (
	// MaxImages bounds the images of one crash point; a crash point that has more is reported as sampled.
	MaxImages = 512
	// OwedImages and owedLives bound the images, and the recoveries that are crashed in turn, of a crash point that is only
	// explored because it is owed.
	OwedImages = 24
	owedLives  = 2
	// MaxLives bounds the recoveries of one crash point that are crashed in turn.
	MaxLives = 24
)

// Request says what to explore of a subject. NewRequest returns the usual one.
type Request struct {
	Subject *Subject
	Ticks   [][]uint64 // the crashes to explore, in passes of ascending ticks; nil: as the plan says
	Points  int        // how many crashes to explore at most, spread evenly, if Ticks is nil; 0: all
	Images  int        // images of one crash point, at most
	// Owed is how many crash points are explored however soon the context of Explore is done, unless Caller is: the first ones
	// in order, with a few images each. Those of Steer come on top.
	Owed  int
	Steer []int  // goals, by their index, at each of which the power is to be cut first of all
	Only  *Image // the one image to recover of each crash point; nil: all
	// Way is how images are decided, also that of Only.
	Way     decide.Way
	Endures bool   // with Wanted: crash a recovery again and again, too, although its images explain little
	Endless uint64 // the tick of the crash whose recovery is crashed again and again; 0: as the plan says

	Nest       int    // one of so many recoveries is crashed in turn; 1: all, at every operation
	Lives      int    // recoveries of one crash point that are crashed in turn, at most
	NestedTick uint64 // where to crash recoveries; 0: at all operations, or at some
	Repeat     int    // how often each image is recovered again; 0: some are, once
	// RecoveryFault is the number of the fault to inject into every recovery; 0: a few recoveries meet one that is drawn.
	RecoveryFault uint64
	AuditAll      bool // every image is audited, and not only a few
	Whole         bool // a crash of a recovery has as many images as any other crash, and not only a few
	ReopenAll     bool // every image is opened again in the same process, and not only a few

	First  bool   // stop at the first failure
	Wanted string // if First: only at one of this kind; see Failure.Kind
	Until  string // if First: only at the one with this fingerprint

	// Caller is the context of whoever waits. When it is done, a recovery that has begun is not waited for any longer than
	// Grace. nil: that of Explore, whose end otherwise only says that nothing further should begin, as when time is up.
	Caller context.Context

	Explorers int       // crash points explored at once
	Slots     int       // the slots of its explorers begin after this one; see Running
	Progress  *Progress // counts what is done
}

// stopsAt reports whether the exploration ends with a failure, which has a fingerprint.
func (r *Request) stopsAt(f *Failure, id string) bool {
	if r.Until != "" {
		return r.First && r.Until == id
	}
	return r.First && (r.Wanted == "" || r.Wanted == f.Kind())
}

// AnyCall asks for crashes at all operations of a recovery instead of one, for faults in all its calls instead of one, and for
// all images of such a crash: in a recovery by several goroutines the next operation is not the same each time.
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

// Progress is what explorers count while they work, for whoever watches.
type Progress struct {
	Points, Images, Failures atomic.Int64
}

// Answer is what was decided about one pending operation, or about several at once.
type Answer = decide.Answer

// Image identifies one image of a crash point by what was decided when it was found.
type Image struct {
	Leaf   int
	Picks  []Answer
	Nested *NestedImage // the image of the crash of its recovery; nil: there was none
}

// NewRequest asks for everything that the subject's plan says, by one explorer.
func NewRequest(s *Subject) Request {
	return Request{
		Subject: s, Points: s.Recording.Plan.Points, Images: MaxImages, Nest: s.Recording.Plan.Nest, Lives: MaxLives,
		Explorers: 1, Progress: &Progress{},
	}
}

// wants reports whether the request is for seeing failures again that a judge has found.
func (r *Request) wants(judge string) bool { return strings.HasPrefix(r.Wanted, judge+"/") }
