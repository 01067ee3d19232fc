package forge

import (
	"bytes"
	"fmt"
)

// lengths are the lengths of parts that end early: none at all, and on both sides of a field of four or eight bytes.
var lengths = []int{0, 1, 3, 4, 7, 8}

// resized gives each of the named parts of a table another length: the lengths above, half of it, one byte less, and one
// more. Of the data blocks, only the second is changed.
func resized(parts ...string) (all []forgedTable) {
	for _, part := range parts {
		for _, r := range resizings() {
			all = append(all, forgedTable{part + " " + r.what, func(t *table) {
				t.resized = func(p string, n int, payload []byte) []byte {
					if p != part || part == "data" && n != 1 {
						return payload
					}
					return r.change(payload)
				}
			}})
		}
	}
	return all
}

// resizing changes the length of something; the result does not alias it.
type resizing struct {
	what   string
	change func(b []byte) []byte
}

func resizings() (all []resizing) {
	for _, n := range lengths {
		all = append(all, resizing{fmt.Sprintf("of length %d", n), func(b []byte) []byte { return bytes.Clone(b[:min(n, len(b))]) }})
	}
	return append(all,
		resizing{"of half its length", func(b []byte) []byte { return bytes.Clone(b[:len(b)/2]) }},
		resizing{"with a byte too few", func(b []byte) []byte { return bytes.Clone(b[:max(len(b)-1, 0)]) }},
		resizing{"with a byte too many", func(b []byte) []byte { return append(bytes.Clone(b), 0) }},
	)
}
