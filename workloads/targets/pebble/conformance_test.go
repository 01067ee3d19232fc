package pebble_test

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsTarget(t *testing.T) {
	targettest.Run(t, func(dir string) (workloads.Store, error) {
		return pebble.Open(torture.Env{FS: afero.NewOsFs(), Dir: dir})
	})
}

func TestAsMeasured(t *testing.T) { targettest.Engine(t, pebble.Engine()) }

func TestOtherFilesystemsAreRefused(t *testing.T) {
	_, err := pebble.Open(torture.Env{FS: afero.NewMemMapFs(), Dir: "db"})
	require.ErrorIs(t, err, torture.ErrConfig)
}
