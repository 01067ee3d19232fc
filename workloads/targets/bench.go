package targets

import (
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/targets/badger"
	"github.com/lightningdb/lightning-torture/workloads/targets/bbolt"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble"
)

// Measured returns the engines that can be measured. All but Lightning store on the operating system's filesystem only,
// so the lab cannot torture them and All does not list them.
func Measured() []bench.Engine {
	return []bench.Engine{
		lightning.Engine(), pebble.Engine(), badger.Engine(), goleveldb.Engine(), bbolt.Engine(),
	}
}
