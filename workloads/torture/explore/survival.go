package explore

import (
	"maps"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// survival is what became of the commits that were acknowledged as durable, in all images of an exploration.
type survival struct {
	asked history.Tick // the latest tick up to which some image was asked for acknowledged commits
	gone  history.Tick // the same, for images that could not be recovered and so had lost them all
	lost  map[int]bool // IDs of the commits that some image had lost
}

func newSurvival() survival { return survival{lost: map[int]bool{}} }

// unrecovered notes an image that could not be recovered: all that had been acknowledged at its crash is lost.
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

// count returns how many commits of a recording were asked for, and how many of them every image still had.
func (s *survival) count(of *Subject) (asked, recovered int) {
	asked = of.Judges.AckedSynced(history.Cut{Acked: s.asked})
	gone := of.Judges.AckedSynced(history.Cut{Acked: s.gone})
	for id := range s.lost {
		if of.Recording.History[id].Return > s.gone {
			gone++
		}
	}
	return asked, asked - gone
}
