package pebble

import (
	"sync/atomic"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// stopOnBackgroundError stops Pebble where Open would not return: Open flushes what it has read from the log, and
// retries for as long as the flush fails on the disk. The caller calls opened once Open has returned.
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
