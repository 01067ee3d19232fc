package explore

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

// Grown describes a store that has grown over many crashes or sessions in a row.
type Grown struct {
	Files []GrownFile  // files that are new since the first recovery or have grown, the largest growth first
	Trace []faultfs.Op // the last recovery and what a client did after it
}

// GrownFile is a file that is new or has grown.
type GrownFile struct {
	Path string
	By   *faultfs.Op // the operation that gave it its name; nil: it existed after the first recovery
	Grew int64       // bytes
}

// GrowthOf repeats the crashes, or the sessions, over which a store grew. It returns nil if the failure is of another kind,
// or if the recoveries do not repeat.
func GrowthOf(ctx context.Context, s *Subject, f *Failure) *Grown {
	if f.Judge != growthJudge {
		return nil
	}
	first := newFirstLife(ctx, s, f)
	x := first.explorer()
	x.callers = true
	e := newEndurance(x, first.job(f.Tick, first.Cut(f.Tick)))
	if !e.live() {
		return nil
	}
	named := map[string]*faultfs.Op{}
	before, err := remains.Files(e.img, record.StoreDir)
	if err != nil {
		return nil
	}
	for e.at.inARow < f.Crashes || e.at.sessions < f.Sessions {
		if x.ended() || !e.next(f) || !e.live() {
			return nil
		}
		noteNames(named, e.img.Trace())
	}
	after, err := remains.Files(e.img, record.StoreDir)
	if err != nil {
		return nil
	}
	g := &Grown{Trace: e.img.Trace()}
	for name, size := range after {
		if old, there := before[name]; !there || size > old {
			g.Files = append(g.Files, GrownFile{Path: name, By: named[name], Grew: size - old})
		}
	}
	slices.SortFunc(g.Files, func(a, b GrownFile) int { return cmp.Or(cmp.Compare(b.Grew, a.Grew), cmp.Compare(a.Path, b.Path)) })
	return g
}

// noteNames records, by path, the operation that last gave a file that name.
func noteNames(named map[string]*faultfs.Op, trace []faultfs.Op) {
	for i := range trace {
		op := &trace[i]
		if op.Kind == faultfs.OpCreate || op.Kind == faultfs.OpRename || op.Kind == faultfs.OpLink {
			named[strings.TrimPrefix(path.Clean(cmp.Or(op.To, op.Path)), "/")] = op
		}
	}
}
