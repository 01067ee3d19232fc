package contract_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

type store struct{ workloads.Store }

// An adapter that ends in "return open(env)" turns a nil *store into a Store that is not nil.
func TestANilPointerIsNoStore(t *testing.T) {
	for name, failure := range map[string]error{"without an error": nil, "with an error": errors.New("the disk is full")} {
		t.Run(name, func(t *testing.T) {
			var none *store
			target := contract.Target{Open: func(contract.Env) (workloads.Store, error) { return none, failure }}
			s, err := target.OpenStore(contract.Env{})
			require.Nil(t, s)
			require.Error(t, err)
			if failure != nil {
				require.ErrorIs(t, err, failure)
			}
		})
	}
}
