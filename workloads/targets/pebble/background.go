package pebble

import (
	"sync/atomic"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// stopOnBackgroundError stops Pebble where Open would not return: it flushes what it has read of the log, and if that fails it
// tries again, as long as the disk fails. The function that it returns says that Open has returned.
func stopOnBackgroundError(o *engine.Options, env torture.Env) (opened func()) {
	var opening atomic.Bool
	opening.Store(true)
	o.EventListener = &engine.EventListener{BackgroundError: func(err error) {
		if opening.Load() {
			env.Stop("pebble: " + err.Error())
		}
	}}
	return func() { opening.Store(false) }
}
