package evidence

import (
	"fmt"
	"hash/fnv"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

// tokenWriter packs the values of a token.
type tokenWriter struct{ seal.Writer }

func (w *tokenWriter) hash(name string) { w.Uint16(nameHash(name)) }

// tokenReader unpacks the values of a token in the same order.
type tokenReader struct{ seal.Reader }

// SameHash reports whether tokens cannot distinguish two names: they contain only a 15-bit hash of each name.
func SameHash(a, b string) bool { return nameHash(a) == nameHash(b) }

// nameHash is a name as tokens carry it. The hash of the empty name is 0.
func nameHash(name string) uint16 {
	if name == "" {
		return 0
	}
	h := fnv.New32a()
	fmt.Fprint(h, name)
	return uint16(h.Sum32()) | 1
}

func nameIn(choices []plan.Choice, hash uint16) string {
	for _, c := range choices {
		if nameHash(c.Name) == hash {
			return c.Name
		}
	}
	return ""
}
