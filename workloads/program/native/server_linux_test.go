package native_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
)

// logServer is a server in shell: it appends each line that it gets to a log and answers when that is done. It refuses to start
// if the log is damaged. Its arguments are the directory of the store, the directory of its pipes, and the command that syncs.
const logServer = `mkfifo "$2/in" "$2/out"
touch "$1/log"
grep -qv '^row[0-9]$' "$1/log" && { echo "the log is damaged"; exit 3; }
trap 'echo row9 >>"$1/log"; exit 0' TERM
echo ready
while :; do
	read -r line <"$2/in" || continue
	[ "$line" != get ] || { cat "$1/log" >"$2/out"; continue; }
	echo "$line" >>"$1/log"
	$3 "$1/log"
	echo done >"$2/out"
done`

const (
	drive   = `for i in 1 2 3; do echo row$i >"$2/in"; read -r ok <"$2/out"; echo row$i >>"$1/.torture/ack"; done`
	ask     = `echo get >"$2/in"; cat "$2/out" >"$2/all"; while read -r row; do grep -qx $row "$2/all" || { echo "$row is lost"; exit 1; }; done <"$1"`
	dumpLog = `echo get >"$2/in"; cat "$2/out"`
)

// serverSpec returns the spec of a logServer.
func serverSpec(sync string) native.Spec {
	return native.Spec{
		Program: programtest.Shell(logServer, program.Dir, "{tmp}", sync), Check: programtest.Shell(ask, "{acks}", "{tmp}"),
		Setup: programtest.Shell(`set -e; : >"$2/prepared"; mkdir "$1/sub"; touch "$1/log"`, program.Dir, "{tmp}"),
		Server: &native.Server{
			Ready: process.Probe{Output: "^ready$"}, Work: programtest.Shell(drive, program.Dir, "{tmp}"),
		},
	}
}

// tortureServer records and searches, and returns the finding with the given sentence, or nil.
func tortureServer(t *testing.T, s native.Spec, profile, sentence string) (*native.Outcome, *program.Finding) {
	t.Helper()
	withFUSE(t)
	out, err := native.Explore(t.Context(), native.Request{Spec: s, Profile: profile, Limits: program.Limits{Workers: 2}}, nil)
	require.NoError(t, err)
	require.Empty(t, out.Recording.Ended)
	for i := range out.Result.Findings {
		if f := &out.Result.Findings[i]; f.Sentence == sentence {
			return out, f
		}
	}
	return out, nil
}

func TestAServerIsDrivenStoppedAndRecovered(t *testing.T) {
	t.Parallel()
	for _, observe := range []bool{false, true} {
		s := serverSpec("sync")
		s.Observe = observe
		out, _ := tortureServer(t, s, "xfs", "")
		assert.True(t, out.Result.Passed, "%+v", out.Result)
		assert.Equal(t, 3, out.Result.Acks)
		require.Positive(t, out.Recording.Settled)
		assert.Greater(t, out.Recording.Ticks()[0], out.Recording.Settled, "power is not cut while the store is prepared")
		last := out.Recording.Trace[len(out.Recording.Trace)-1]
		assert.Equal(t, "row9\n", string(last.Data), "power is also cut while the server shuts down")
	}
}

func TestAMissingSyncOfAServerIsFoundAndReplayed(t *testing.T) {
	t.Parallel()
	s := serverSpec("true")
	out, f := tortureServer(t, s, "xfs", "row1 is lost")
	require.NotNil(t, f, "%+v", out.Result.Findings)
	assert.Contains(t, f.Explanation.Sentence, `"row1" was acknowledged before the write of log was durable`)
	file, err := lrec.New(s, out.Recording, f)
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "finding.lrec")
	require.NoError(t, file.Save(name))
	again, err := native.Replay(t.Context(), name, 2)
	require.NoError(t, err)
	assert.Equal(t, 2, again.Shown, again.Answer)
}

func TestAServerThatDoesNotStartHasFailed(t *testing.T) {
	t.Parallel()
	out, f := tortureServer(t, serverSpec("sync"), "ext4-ordered", "the server on the recovered store ended with exit code 3: the log is damaged")
	require.NotNil(t, f, "a torn line damages the log: %+v", out.Result.Findings)
	assert.Equal(t, f.ShownOf, f.Shown)
}

// The client waits in vain for an answer, but the verdict is that the server ended, not that it hangs.
func TestAServerThatEndsDuringTheCheckHasFailed(t *testing.T) {
	t.Parallel()
	s := serverSpec("sync")
	s.Program = programtest.Shell(strings.Replace(logServer, "cat ", `grep -q row2 "$1/log" && exit 4; cat `, 1), program.Dir, "{tmp}", "sync")
	out, f := tortureServer(t, s, "xfs", "the server on the recovered store ended with exit code 4: ready")
	require.NotNil(t, f, "%+v", out.Result.Findings)
	assert.False(t, f.Hangs)
}

func TestADumpJudgesAServer(t *testing.T) {
	t.Parallel()
	for sync, passes := range map[string]bool{"sync": true, "true": false} {
		s := serverSpec(sync)
		s.Check, s.Dump = nil, programtest.Shell(dumpLog, "{tmp}", "{tmp}")
		out, _ := tortureServer(t, s, "xfs", "")
		assert.Equal(t, passes, out.Result.Passed, "%+v", out.Result)
	}
}
