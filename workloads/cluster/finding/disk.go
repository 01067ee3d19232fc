package finding

import (
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// nodePackages are the code whose lines explanations name.
var nodePackages = []string{stack.ModulePath + "engine/replica"}

// sites describes operations in a timeline.
func sites(trace []faultfs.Op) func(op *faultfs.Op) string {
	site := explain.Sites(nodePackages, trace)
	return func(op *faultfs.Op) string {
		s := site(op)
		if s.Source == "" {
			return fmt.Sprintf("the %s of %s", s.Op, s.Path)
		}
		return fmt.Sprintf("the %s of %s (`%s`)", s.Op, s.Path, s.Source)
	}
}

// missingOrder finds out by experiment which operation should have been durable when the node gave the word that its disk
// breaks. It returns nil if it finds nothing, or if ctx is done.
func missingOrder(ctx context.Context, b *cluster.Broken) *explain.Explanation {
	trace := b.Disk.Trace()
	l := &life{ctx: ctx, broken: b, trace: trace, model: b.Model, site: explain.Sites(nodePackages, trace)}
	for i, w := range b.Words {
		at := history.Tick(w.Tick)
		l.history = append(l.history, history.Op{ID: i, Outcome: history.Acked, Call: at, Return: at, Writes: make([]history.Write, 1)})
	}
	e := explain.Life(ctx, l, b.Model.Profile)
	if ctx.Err() != nil {
		return nil
	}
	return e
}

// life is the life of a node between two power cuts. Each of its words counts as the acknowledgement of a commit.
type life struct {
	ctx     context.Context
	broken  *cluster.Broken
	trace   []faultfs.Op
	model   faultfs.Model
	history []history.Op
	site    func(*faultfs.Op) explain.Site
}

func (l *life) Tick() uint64                           { return l.broken.Tick }
func (l *life) Trace() []faultfs.Op                    { return l.trace }
func (l *life) History() []history.Op                  { return l.history }
func (l *life) TraceOf(faultfs.PendingOp) []faultfs.Op { return l.trace }
func (l *life) LoseAnything()                          { l.model.Profile = faultfs.PosixMin() }
func (l *life) AckText(op *history.Op) string          { return l.broken.Words[op.ID].Text }

// Place fills in the line of the source.
func (l *life) Place(op *faultfs.Op, site *explain.Site) { *site = l.site(op) }

// Cut cuts the history right before the operation that follows a tick.
func (l *life) Cut(tick uint64) history.Cut {
	at := history.Never - 1
	if i := slices.IndexFunc(l.trace, func(op faultfs.Op) bool { return op.Tick > tick }); i >= 0 {
		at = history.Tick(l.trace[i].Tick - 1)
	}
	return history.Cut{Acked: at, Called: at}
}

func (l *life) Point(tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(l.broken.Disk, l.model, 0).Advance(tick)
}

// Without returns nil: without an operation, the node would have acted differently afterwards.
func (l *life) Without(int, uint64) *faultfs.CrashPoint { return nil }

// Repeat opens the node from the disk that failed.
func (l *life) Repeat() []faultfs.PendingOp {
	disk := l.Point(l.broken.Tick).Losing(l.broken.Lost, faultfs.ImageOptions{})
	l.broken.Again(disk)
	return disk.Lost()
}

// Try opens the node from a disk that has lost exactly these operations.
func (l *life) Try(point *faultfs.CrashPoint, lost []uint64, cut history.Cut) explore.Acceptance {
	said := slices.IndexFunc(l.broken.Words, func(w cluster.Word) bool { return history.Tick(w.Tick) > cut.Acked })
	if said < 0 {
		said = len(l.broken.Words)
	}
	if said == 0 || l.ctx.Err() != nil {
		return explore.Unjudged
	}
	class := l.broken.Breaks(point.Losing(lost, faultfs.ImageOptions{}), point.Tick, said)
	switch {
	case class == "":
		return explore.Accepted
	case class == l.broken.Class:
		return explore.FailsAlike
	}
	return explore.FailsOtherwise
}
