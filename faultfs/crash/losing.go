package crash

// Losing returns a chooser whose image has lost the pending ops with the given IDs, together with everything that
// follows them, and has kept all others. It must be asked about each op separately. IDs that are not pending are
// ignored.
func (p *Point) Losing(ids []uint64) Chooser {
	l := losing{}
	for _, id := range ids {
		if i, pending := position(p.pending, int(id)); pending {
			l.add(p, i)
		}
	}
	return l
}

// losing is a chooser that loses the ops it has and keeps the rest.
type losing map[uint64]bool

func (l losing) Choose(_ int, about uint64) int {
	if l[about] {
		return 0
	}
	return 1
}

func (l losing) add(p *Point, i int) {
	todo := []int32{int32(i)}
	for len(todo) > 0 {
		i, todo = int(todo[len(todo)-1]), todo[:len(todo)-1]
		if id := uint64(p.pending[i].seq); !l[id] {
			l[id] = true
			todo = append(todo, p.indexed().dependents.of(i)...)
		}
	}
}
