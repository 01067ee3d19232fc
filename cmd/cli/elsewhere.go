package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/bench"
)

// measuredElsewhere are the engines that only the command in workloads/targets/bench measures, because this module must
// not depend on theirs.
var measuredElsewhere = []string{"pebble", "badger", "goleveldb", "bbolt"}

// elsewhere says how to measure the named engines if some of them are only in that command. Otherwise it returns "".
func elsewhere(names []string, here []bench.Engine) string {
	var missing []string
	for _, name := range names {
		isHere := slices.ContainsFunc(here, func(e bench.Engine) bool { return e.Name == name })
		if !isHere && slices.Contains(measuredElsewhere, name) {
			missing = append(missing, name)
		}
	}
	verb := "are"
	switch len(missing) {
	case 0:
		return ""
	case 1:
		verb = "is"
	}
	return fmt.Sprintf("%s %s not part of this binary; in a checkout of lightning-torture: "+
		"go -C workloads/targets/bench run . bench --engine %s", strings.Join(missing, " and "), verb, strings.Join(names, ","))
}
