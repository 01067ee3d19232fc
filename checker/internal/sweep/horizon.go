package sweep

import "slices"

// horizons maps each value to the last moment at which anybody may ask for it. That is the last return of a step that
// wants or avoids the value. If an unanswered step replaces the value by another one, the first is asked for as long as
// the second is.
type horizons map[int32]int64

func newHorizons(steps []Step) horizons {
	h := horizons{}
	needing := map[int32][]int32{} // by the value that an unanswered step assigns: the values that it wants
	var todo []int32
	for i := range steps {
		s := &steps[i]
		if s.Return == Never {
			if s.Writes && len(s.Wants) > 0 {
				needing[s.Value] = append(needing[s.Value], s.Wants[0])
			}
			continue
		}
		for _, v := range slices.Concat(s.Wants, s.Avoids) {
			h[v] = max(h[v], s.Return)
			todo = append(todo, v)
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, v := range needing[todo[0]] {
			if h[v] < h[todo[0]] {
				h[v] = h[todo[0]]
				todo = append(todo, v)
			}
		}
	}
	return h
}
