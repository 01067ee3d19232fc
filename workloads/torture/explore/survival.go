package explore

import (
	"maps"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// survival records what became of the commits that were acknowledged as durable, over all images of an exploration.
type survival struct {
	asked history.Tick // commits acknowledged up to this tick were checked in some image
	gone  history.Tick // commits acknowledged up to this tick were lost in some image, because it could not be recovered
	lost  map[int]bool // IDs of commits that some recovered image had lost
}

func newSurvival() survival { return survival{lost: map[int]bool{}} }

// unrecovered records an image that could not be recovered: all commits acknowledged before its crash are lost.
func (s *survival) unrecovered(acked history.Tick) { s.gone = max(s.gone, acked) }

func (s *survival) lose(ids []int) {
	for _, id := range ids {
		s.lost[id] = true
	}
}

func (s *survival) add(o survival) {
	s.asked, s.gone = max(s.asked, o.asked), max(s.gone, o.gone)
	maps.Copy(s.lost, o.lost)
}

// count returns how many synced commits of a subject were checked, and how many of them no image had lost. A killed process
// must not lose other commits either, but those are not counted.
func (s *survival) count(of *Subject) (asked, recovered int) {
	all, unrecovered := history.Cut{Acked: s.asked}, history.Cut{Acked: s.gone}
	asked = of.Judges.AckedSynced(all)
	gone := of.Judges.AckedSynced(unrecovered)
	for id := range s.lost {
		if of.Judges.IsAckedSynced(id, all) && !of.Judges.IsAckedSynced(id, unrecovered) {
			gone++
		}
	}
	return asked, asked - gone
}
