package bbolt_test

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/targets/bbolt"
	"github.com/lightningdb/lightning-torture/workloads/targets/targettest"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestAsTarget(t *testing.T) { targettest.Run(t, afero.NewOsFs(), bbolt.Open) }

func TestAsMeasured(t *testing.T) { targettest.Engine(t, bbolt.Engine()) }

func TestOtherFilesystemsAreRefused(t *testing.T) {
	_, err := bbolt.Open(torture.Env{FS: afero.NewMemMapFs(), Dir: "db"})
	require.ErrorIs(t, err, torture.ErrConfig)
}
