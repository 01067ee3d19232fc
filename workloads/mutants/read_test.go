package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOnlyConsistentAnswersAreTrusted is inside the package because no lab can be made to give most of these answers.
func TestOnlyConsistentAnswersAreTrusted(t *testing.T) {
	const one = `"findings":[{"judge":"bank","sentence":"gone"}]`
	for _, row := range []struct {
		name, stdout string
		code         int
		trusted      bool
	}{
		{"a finding, fail, exit 1", `{"version":1,"verdict":"fail",` + one + `}`, 1, true},
		{"nothing, pass, exit 0", `{"version":1,"verdict":"pass","findings":[]}`, 0, true},
		{"nothing, inconclusive, an exit code of its own", `{"version":1,"verdict":"inconclusive"}`, 3, true},
		{"a finding but pass", `{"version":1,"verdict":"pass",` + one + `}`, 1, false},
		{"fail without a finding", `{"version":1,"verdict":"fail"}`, 1, false},
		{"a finding but exit 0", `{"version":1,"verdict":"fail",` + one + `}`, 0, false},
		{"nothing but exit 1", `{"version":1,"verdict":"pass"}`, 1, false},
		{"killed by a signal after its answer", `{"version":1,"verdict":"fail",` + one + `}`, -1, false},
		{"no verdict", `{"version":1}`, 0, false},
		{"another version", `{"version":2,"verdict":"pass"}`, 0, false},
		{"no JSON", `panic: oh`, 2, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := parseAnswer(row.code, []byte(row.stdout), []byte("why"))
			if row.trusted {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrLab)
		})
	}
}
