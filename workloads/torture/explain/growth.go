package explain

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// growth says what makes the files that a store is left with after many crashes in a row, and, if there are none, what it is
// that recovery does so often.
func growth(g *explore.Grown) *Explanation {
	if e := leftovers(g); e != nil {
		return e
	}
	sources, counts, most := newSources(g.Trace), map[string]int{}, Site{}
	for i := range g.Trace {
		site := sources.site(&g.Trace[i])
		at := site.Op + site.Source + site.From
		if counts[at]++; counts[at] >= counts[most.Op+most.Source+most.From] {
			most = site
		}
	}
	if len(counts) == 0 {
		return nil
	}
	return &Explanation{By: &most, Sentence: fmt.Sprintf("of %d calls of the last life, %d are like %s",
		len(g.Trace), counts[most.Op+most.Source+most.From], most.text())}
}

// leftovers describes the files that have come since the first recovery, by the place in the source that makes most of them.
func leftovers(g *explore.Grown) *Explanation {
	var most Site
	counts, bytes := map[string]int{}, map[string]int64{}
	for _, f := range g.Files {
		if f.By == nil {
			continue
		}
		site := newSources(g.Trace).site(f.By)
		at := site.Op + site.Source + site.From
		counts[at]++
		if bytes[at] += f.Grew; counts[at] > counts[most.Op+most.Source+most.From] {
			most = site
		}
	}
	if len(counts) == 0 {
		return nil
	}
	at := most.Op + most.Source + most.From
	return &Explanation{By: &most, Sentence: fmt.Sprintf("%d of %d files that have come or grown since the first recovery, with %d bytes, "+
		"are there by calls like %s, and nothing has removed them", counts[at], len(g.Files), bytes[at], most.text())}
}
