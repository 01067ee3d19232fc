package explain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

// growth says which calls make the files that accumulate over many crashes in a row. If there are none, it says which
// call the last life makes most often.
func growth(packages []string, g *explore.Grown) *Explanation {
	if e := leftovers(packages, g); e != nil {
		return e
	}
	sources, counts, most := newSources(packages, g.Trace), map[string]int{}, Site{}
	for i := range g.Trace {
		site := sources.site(&g.Trace[i])
		if counts[site.kind()]++; counts[site.kind()] >= counts[most.kind()] {
			most = site
		}
	}
	if len(counts) == 0 {
		return nil
	}
	return &Explanation{By: &most, Sentence: fmt.Sprintf("of %d calls of the last session, %d are like %s",
		len(g.Trace), counts[most.kind()], most.text())}
}

// kind identifies calls of the same operation from the same place in the source.
func (s *Site) kind() string { return s.Op + s.Source + s.From }

// leftovers names the place in the source that makes most of the files that are new since the first recovery. It returns nil if
// none is new.
func leftovers(packages []string, g *explore.Grown) *Explanation {
	var most Site
	sources, counts, bytes := newSources(packages, g.Trace), map[string]int{}, map[string]int64{}
	for _, f := range g.Files {
		if f.By == nil {
			continue
		}
		site := sources.site(f.By)
		counts[site.kind()]++
		if bytes[site.kind()] += f.Grew; counts[site.kind()] > counts[most.kind()] {
			most = site
		}
	}
	if len(counts) == 0 {
		return nil
	}
	return &Explanation{By: &most, Sentence: fmt.Sprintf("%d of the %d files that are new or have grown since the first recovery "+
		"were made by calls like %s and never removed; they have grown by %d bytes", counts[most.kind()], len(g.Files), most.text(), bytes[most.kind()])}
}

// grownSpace explains a store that takes more and more space without a crash: which calls made most of its files when it had the most.
// It returns nil if something else grows.
func (x *explainer) grownSpace(f *explore.Failure, trace []faultfs.Op) *Explanation {
	if f.Class != remains.Space {
		return nil
	}
	most, until := 0, 0
	named := map[string]*faultfs.Op{}
	for i := range trace {
		if rename(named, &trace[i]); len(named) >= most {
			most, until = len(named), i+1
		}
	}
	clear(named)
	for i := range trace[:until] {
		rename(named, &trace[i])
	}
	var by Site
	sources, counts := x.sources(trace), map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		site := sources.site(named[name])
		if counts[site.kind()]++; counts[site.kind()] > counts[by.kind()] {
			by = site
		}
	}
	if most == 0 {
		return nil
	}
	return &Explanation{By: &by, Sentence: fmt.Sprintf("when the store had the most files, %d of %d had been made by calls like %s", counts[by.kind()], most, by.text())}
}

// rename keeps, by name, the operations that made the files of a disk.
func rename(named map[string]*faultfs.Op, op *faultfs.Op) {
	switch op.Kind {
	case faultfs.OpCreate, faultfs.OpLink:
		named[cmp.Or(op.To, op.Path)] = op
	case faultfs.OpRename:
		delete(named, op.Path)
		named[op.To] = op
	case faultfs.OpRemove:
		delete(named, op.Path)
	default:
	}
}
