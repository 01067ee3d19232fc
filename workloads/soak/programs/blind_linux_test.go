package programs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// A program without the bug stands for a lab that does not see it.
func TestALabThatSeesNoBugIsBlind(t *testing.T) {
	t.Parallel()
	if err := stage.Possible(t.Context()); err != nil {
		t.Skip("FUSE cannot be used here: ", err)
	}
	synced := strings.Replace(shellWork, `>>"$1/log";`, `>>"$1/log"; sync "$1/log" "$1";`, 1)
	require.NotEqual(t, shellWork, synced)
	sight, err := look(t.Context(), &nativeWay{native.Spec{
		Program: []string{"sh", "-c", synced, "sh", "{dir}"}, Check: []string{"sh", "-c", shellCheck, "sh", "{dir}", "{acks}"},
	}}, 3)
	require.NoError(t, err)
	require.False(t, sight.Caught)
	require.Regexp(t, `^a program that does not sync its log was not found to lose lines in \d+ crash images$`, sight.Reason)
}
