package calibrate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

func TestAllowed(t *testing.T) {
	t.Parallel()
	set := litmus.Set{"/f=?512+.88 /g=x10", "/f=o100", "fsync:EIO | /f=?10", "nothing"}
	for _, test := range []struct{ name, outcome, as string }{
		{"the same words", "/f=o100", "/f=o100"},
		{"nothing is nothing", "nothing", "nothing"},
		{"garbage may be letters", "/f=o12+n500+.88 /g=x10", "/f=?512+.88 /g=x10"},
		{"garbage may be zeros", "/f=.600 /g=x10", "/f=?512+.88 /g=x10"},
		{"zeros may not be garbage", "/f=o512+?88 /g=x10", ""},
		{"letters are not garbage", "/f=?100", ""},
		{"another size", "/f=?513+.88 /g=x10", ""},
		{"another name", "/h=?512+.88 /g=x10", ""},
		{"a file less", "/f=?512+.88", ""},
		{"what the program saw must be the same", "fsync:ok | /f=n10", ""},
		{"what the program saw is the same", "fsync:EIO | /f=n10", "fsync:EIO | /f=?10"},
		{"a disk that cannot be mounted", "mount failed: structure needs cleaning", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			as, ok := allowed(set, test.outcome)
			require.Equal(t, test.as, as)
			require.Equal(t, test.as != "", ok)
		})
	}
}
