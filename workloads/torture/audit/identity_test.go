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

var errTables, errTooFew = errors.New("5 tables, want 6"), errors.New("there is one table too few")

func tables() error { return errTables }

// returning returns a closure. If it were inlined, the closure would have the name of both functions.
//
//go:noinline
func returning(err error) func() error { return func() error { return err } }

func TestAStandingCheckIsIdentifiedByItsName(t *testing.T) {
	t.Parallel()
	require.NoError(t, NamedCheck(returning(nil))())
	for name, check := range map[string]func() error{"audit.tables": tables, "audit.returning": returning(errTooFew)} {
		named := NamedCheck(check)
		require.ErrorIs(t, named(), check())
		failed := func() error { return fmt.Errorf("in a situation: %w", named()) }
		a := &Auditor{target: contract.Target{Administration: contract.Administration{Standing: []func() error{failed}}}}
		wrong := a.standing(&Image{})
		require.NotNil(t, wrong)
		assert.Contains(t, wrong.Sentence, check().Error())
		assert.Equal(t, name, wrong.Check)
		assert.Empty(t, wrong.Cause)
	}
}
