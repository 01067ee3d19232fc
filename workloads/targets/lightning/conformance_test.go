package lightning_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
)

func TestAsTarget(t *testing.T) { targettest.Run(t, afero.NewOsFs(), lightning.Open) }

func TestAsMeasured(t *testing.T) { targettest.Engine(t, lightning.Engine()) }
