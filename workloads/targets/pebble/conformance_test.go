package pebble_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
)

func TestAsTarget(t *testing.T) { targettest.Run(t, afero.NewOsFs(), pebble.Open) }

func TestAsTargetOnFaultfs(t *testing.T) {
	targettest.Run(t, faultfs.New(faultfs.Options{}), pebble.Open)
}

func TestAsMeasured(t *testing.T) { targettest.Engine(t, pebble.Engine()) }
