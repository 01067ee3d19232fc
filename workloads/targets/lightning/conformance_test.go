package lightning_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsTarget(t *testing.T) {
	targettest.Run(t, func(dir string) (workloads.Store, error) {
		return lightning.Open(torture.Env{FS: afero.NewOsFs(), Dir: dir})
	})
}

func TestAsMeasured(t *testing.T) { targettest.Engine(t, lightning.Engine()) }
