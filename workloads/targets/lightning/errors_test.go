package lightning

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
)

// If maintenance meets damage, the store is poisoned: it refuses further operations and reports corruption. A disk that lies about
// syncs leaves such stores: they open, and a compaction finds the damage.
func TestAStorePoisonedByDamageReportsCorruption(t *testing.T) {
	t.Parallel()
	err := translate(fmt.Errorf("close: %w", fmt.Errorf("%w: %w", engine.ErrPoisoned, fmt.Errorf("%w: 000019.blob", engine.ErrCorrupt))))
	assert.ErrorIs(t, err, workloads.ErrRefused)
	assert.ErrorIs(t, err, workloads.ErrCorrupt)
	assert.NotErrorIs(t, translate(engine.ErrPoisoned), workloads.ErrCorrupt)
	assert.NoError(t, translate(nil))
}
