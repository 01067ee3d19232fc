package goleveldb_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsTarget(t *testing.T) {
	targettest.Run(t, func(dir string) (workloads.Store, error) {
		return goleveldb.Open(torture.Env{FS: afero.NewOsFs(), Dir: dir})
	})
}

func TestAsTargetOnFaultfs(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	targettest.Run(t, func(dir string) (workloads.Store, error) {
		return goleveldb.Open(torture.Env{FS: disk, Dir: dir})
	})
}

func TestAsMeasured(t *testing.T) { targettest.Engine(t, goleveldb.Engine()) }
