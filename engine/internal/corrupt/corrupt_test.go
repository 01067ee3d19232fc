package corrupt_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

func TestErrorNamesThePlaceAndKeepsItsClass(t *testing.T) {
	err := corrupt.At("000007.sst", 4096, "checksum %08x, want %08x", 1, 2)
	require.EqualError(t, err, "engine: corrupt: 000007.sst offset 4096: checksum 00000001, want 00000002")

	wrapped := fmt.Errorf("engine: open: %w", err)
	require.ErrorIs(t, wrapped, corrupt.Err)
	require.NotErrorIs(t, wrapped, io.EOF)

	var damage *corrupt.Error
	require.ErrorAs(t, wrapped, &damage)
	require.Equal(t, "000007.sst", damage.File)
	require.Equal(t, int64(4096), damage.Offset)
}
