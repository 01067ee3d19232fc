package targets

import (
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// All returns the targets of this build. The caller owns the slice.
func All() []torture.Target { return []torture.Target{lightning.Target()} }

// ByName returns the target that is called name, and whether there is one.
func ByName(name string) (torture.Target, bool) {
	for _, target := range All() {
		if target.Name == name {
			return target, true
		}
	}
	return torture.Target{}, false
}
