package explain

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
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
