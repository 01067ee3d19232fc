package native_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

func TestMain(m *testing.M) {
	stage.Main(native.Job())
	programtest.LabToKill(exploreToKill)
	if len(os.Args) == 3 {
		programs := map[string]func(dir string) error{
			hastyWord: hasty, notesWord: keepNotes, mappedWord: writeMapped,
			versionsWord: keepVersions, lateVersionsWord: keepVersionsLate, checkVersionsWord: checkVersions,
		}
		if run := programs[os.Args[1]]; run != nil {
			if err := run(os.Args[2]); err != nil {
				panic(err)
			}
			return
		}
	}
	os.Exit(m.Run())
}

// withFUSE skips a test where FUSE cannot be used.
func withFUSE(t *testing.T) {
	t.Helper()
	if err := stage.Possible(t.Context()); err != nil {
		t.Skip(err)
	}
}

func explore(t *testing.T, s native.Spec) *program.Result {
	t.Helper()
	out, err := native.Explore(t.Context(), native.Request{Spec: s, Profile: "posix-min", Limits: program.Limits{Workers: 2}}, nil)
	require.NoError(t, err)
	require.Empty(t, out.Recording.Ended)
	return out.Result
}

func TestAMissingSyncOfAProgramIsFoundAndNamed(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	for name, row := range map[string]struct{ leftOut, why string }{
		"none":             {"", ""},
		"of the file":      {`sync "$1/tmp"`, "was acknowledged before the write of 1/tmp was durable, with no intervening sync of the file"},
		"of the directory": {`sync "$1" `, "was durable, with no intervening sync of its directory"},
	} {
		for _, observe := range []bool{false, true} {
			s := programtest.NotesOf(strings.Replace(programtest.Notes, row.leftOut, "true ", 1))
			if row.leftOut == "" {
				s = programtest.NotesOf(programtest.Notes)
			}
			s.Observe = observe
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				result := explore(t, s)
				t.Logf("%+v", result.Tally)
				assert.Equal(t, row.why == "", result.Passed, "%+v", result)
				if row.why != "" {
					require.NotEmpty(t, result.Findings)
					require.NotNil(t, result.Findings[0].Explanation)
					assert.Contains(t, result.Findings[0].Explanation.Sentence, strings.ReplaceAll(row.why, "1/tmp", "tmp"))
				}
			})
		}
	}
}

// A program that syncs its whole disk needs no other sync. One that syncs another disk has synced nothing.
func TestASyncOfTheWholeDiskCounts(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	if err := process.NewCorner().WatchSyncs(func(process.SyncCall) (bool, error) { return false, nil }); err != nil {
		t.Skip(err)
	}
	for _, row := range []struct {
		sync   string
		passes bool
	}{{"sync", true}, {`sync -f "$1"`, true}, {`sync -f "$1/tmp"`, true}, {"sync -f /proc", false}} {
		t.Run(row.sync, func(t *testing.T) {
			t.Parallel()
			whole := strings.NewReplacer(`sync "$1/tmp"`, row.sync, `sync "$1" `, strings.Replace(row.sync, "/tmp", "/note$i", 1)+" ")
			result := explore(t, programtest.NotesOf(whole.Replace(programtest.Notes)))
			assert.Equal(t, row.passes, result.Passed, "%+v", result)
			assert.Equal(t, row.passes, len(result.Findings) == 0)
		})
	}
}

// A recovery that syncs its whole disk has made durable what it did, when power is cut during the recovery.
func TestASyncOfTheWholeDiskCountsInARecovery(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	if err := process.NewCorner().WatchSyncs(func(process.SyncCall) (bool, error) { return false, nil }); err != nil {
		t.Skip(err)
	}
	const appends = `: >"$1/log"; sync "$1/log"; sync "$1"; for i in 0 1 2 3 4 5 6 7 8 9; do echo "row $i" >>"$1/log"; sync "$1/log"; echo "row $i" >>"$1/.torture/ack"; done`
	const recovers = `set -e; if [ -e "$1/log" ]; then cat "$1/log" >"$1/new"; SYNC; mv "$1/new" "$1/log"; fi; ` + checkRows
	for sync, passes := range map[string]bool{"sync": true, `sync -f "$1/new"`: true, "sync -f /proc": false} {
		t.Run(sync, func(t *testing.T) {
			t.Parallel()
			out, err := native.Explore(t.Context(), native.Request{
				Spec: native.Spec{
					Program: programtest.Shell(appends, program.Dir), Observe: true,
					Check: programtest.Shell(strings.ReplaceAll(recovers, "SYNC", sync), program.Dir, "{acks}"),
				}, Profile: "posix-min", Limits: program.Limits{Workers: 2, Nested: 32},
			}, nil)
			require.NoError(t, err)
			assert.Equal(t, passes, out.Result.Passed, "%+v", out.Result)
			assert.Positive(t, out.Result.Tally.Nested)
			if !passes {
				require.NotEmpty(t, out.Result.Findings)
				assert.Regexp(t, `^after a crash during the recovery: row \d is lost$`, out.Result.Findings[0].Sentence)
			}
		})
	}
}

// Some servers refuse to run as root.
func TestAProgramReachesItsStoreAsAnotherUser(t *testing.T) {
	withFUSE(t)
	if os.Geteuid() != 0 {
		t.Skip("needs root, to run a program as another user")
	}
	t.Parallel()
	const asNobody = `chown 65534 "$1" && exec setpriv --reuid=65534 --clear-groups /bin/sh -c "$0" sh "$@"`
	nobody := func(script string, args ...string) []string {
		return append([]string{"/bin/sh", "-c", asNobody, script}, args...)
	}
	for _, observe := range []bool{false, true} {
		result := explore(t, native.Spec{
			Program: nobody(programtest.Notes, program.Dir), Check: nobody(programtest.CheckNotes, program.Dir, "{acks}"), Observe: observe,
		})
		require.True(t, result.Passed, result.Inconclusive)
		require.Empty(t, result.Findings)
	}
}

func TestACheckerAndADumpThatNoticeTheSameLossMakeDifferentFindings(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	s := programtest.NotesOf(strings.Replace(programtest.Notes, `sync "$1/tmp"`, "true ", 1))
	checked := explore(t, s)
	s.Check, s.Dump = nil, programtest.Shell(`cat "$1"/note*`, program.Dir)
	dumped := explore(t, s)
	require.NotEmpty(t, checked.Findings)
	require.NotEmpty(t, dumped.Findings)
	for _, f := range checked.Findings {
		for _, g := range dumped.Findings {
			assert.NotEqual(t, f.ID, g.ID, "%s and %s", f.Sentence, g.Sentence)
		}
	}
}
