package merge

// A heap has at its top the source whose entry comes first in the direction of movement.
type heap struct {
	items     []*source
	direction direction
}

func (h *heap) reset(d direction) { h.items, h.direction = h.items[:0], d }

func (h *heap) build() {
	for i := len(h.items)/2 - 1; i >= 0; i-- {
		h.sift(i)
	}
}

// pop removes the top source.
func (h *heap) pop() {
	last := len(h.items) - 1
	h.items[0] = h.items[last]
	if h.items = h.items[:last]; last > 0 {
		h.sift(0)
	}
}

// sift moves the source at i down to where it belongs.
func (h *heap) sift(i int) {
	s := h.items[i]
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			break
		}
		if other := child + 1; other < len(h.items) && h.items[child].isBeyond(&h.items[other].place, h.direction) {
			child = other
		}
		if !s.isBeyond(&h.items[child].place, h.direction) {
			break
		}
		h.items[i] = h.items[child]
		i = child
	}
	h.items[i] = s
}
