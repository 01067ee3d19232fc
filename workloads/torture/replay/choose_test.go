package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

func TestATokenWithoutItsFileShowsTheFailureAtItsPlace(t *testing.T) {
	t.Parallel()
	plain := explore.Failure{Judge: "durability"}
	audit := explore.Failure{Judge: explore.AuditJudge}
	early := explore.Failure{Judge: "recovery", Nested: &explore.NestedImage{Tick: 20}}
	nested := explore.Failure{Judge: "recovery", Nested: &explore.NestedImage{Tick: 30}}
	all := []explore.Failure{audit, early, plain, nested}
	for _, c := range []struct {
		at    uint64
		among []explore.Failure
		want  *explore.Failure
	}{
		{0, all, &plain},
		{20, all, &early},
		{30, all, &nested},
		{30, []explore.Failure{audit, plain}, &plain},
		{0, []explore.Failure{audit}, &audit},
		{0, nil, nil},
	} {
		w := wanted{at: evidence.Place{Nested: c.at}}
		assert.Equal(t, c.want, w.choose(c.among))
	}
}
