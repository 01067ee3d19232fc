package audit

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

var errStore = errors.New("the store says so")

func TestAViolationIsIdentifiedByItsFunctionAndTheStoresError(t *testing.T) {
	t.Parallel()
	v := violation("read-only fails", "cannot be opened after %d crashes: %v", 2, errStore)
	assert.Equal(t, "cannot be opened after 2 crashes: the store says so", v.Sentence)
	assert.Equal(t, "audit.TestAViolationIsIdentifiedByItsFunctionAndTheStoresError", v.Check)
	assert.Equal(t, "the store says so", v.Cause)
	assert.Empty(t, violation("chore does harm", "afterwards %v", fmt.Errorf("db: %w", errShows)).Cause, "the lab worded it")
	assert.Equal(t, "backup", (&chore{id: "backup"}).violation("chore fails", "%v", errStore).Check)
}

func TestAStandingCheckIsIdentifiedByItsName(t *testing.T) {
	t.Parallel()
	failed := contract.StandingCheck{Name: "toy.tables", Run: func() error { return fmt.Errorf("in a situation: %w", errStore) }}
	passed := contract.StandingCheck{Name: "toy.values", Run: func() error { return nil }}
	a := &Auditor{target: contract.Target{Administration: contract.Administration{Standing: []contract.StandingCheck{passed, failed}}}}
	wrong := a.standing(&Image{})
	require.NotNil(t, wrong)
	assert.Contains(t, wrong.Sentence, "in a situation: the store says so")
	assert.Equal(t, "toy.tables", wrong.Check)
	assert.Empty(t, wrong.Cause)
}
