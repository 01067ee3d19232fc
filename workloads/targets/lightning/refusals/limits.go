package refusals

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/engine"
)

// known lists the engine's limits with their default, smallest and largest values.
const known = `
manifest-roll 65536 1 536870912
manifest-growth 4 1 1024
conflict-keys 65536 1 16777216
conflict-bytes 8388608 1 1073741824
conflict-idle 64 1 16777216
pending-commits 512 1 65536
commit-yields 20 1 65536
stop-factor 5 1 1024
small-tables 8 1 1048576
small-blobs 4 1 1048576
log-spill 65536 1 1073741824
log-gather 1048576 1 1073741824
log-ahead-from 8192 1 1073741824
memtable-index 4096 1 1073741824
table-whole 65536 1 1073741824
table-tail 8192 64 16777216
table-write 65536 1 1073741824
read-ahead 262144 1 1073741824
blob-write 65536 1 1073741824
table-layout 2 1 2
first-file 1 1 2305843009213693952
first-marker 1 1 2305843009213693952
first-sequence 1 1 18014398509481984
`

// limitsKnown compares the engine's limits with the known ones.
func limitsKnown() (wrong error) {
	all := engine.KnownLimits()
	lines := strings.Split(strings.TrimSpace(known), "\n")
	if len(all) != len(lines) {
		return accepted("%d limits, want %d", len(all), len(lines))
	}
	for i, k := range all {
		if got := fmt.Sprintf("%s %d %d %d", k.Name, k.Default, k.Min, k.Max); got != lines[i] {
			wrong = errors.Join(wrong, accepted("a limit with its default, smallest and largest value is %q, want %q", got, lines[i]))
		}
	}
	return wrong
}
