package kernel_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

func TestMain(m *testing.M) {
	kernel.ServeIfAsked()
	stage.Main(native.Job(), kernel.Job())
	programtest.LabToKill(exploreToKill)
	os.Exit(m.Run())
}

// withFilesystem skips a test where a filesystem cannot be mounted.
func withFilesystem(t *testing.T, name string) {
	t.Helper()
	if err := errors.Join(kernel.Possible(name), stage.Possible(t.Context())); err != nil {
		t.Skip(err)
	}
}

func request(fs string, s native.Spec) kernel.Request {
	return kernel.Request{Spec: s, Filesystem: fs, Limits: program.Limits{Workers: 2, Images: 8}}
}

func explore(t *testing.T, r kernel.Request) *kernel.Outcome {
	t.Helper()
	out, err := kernel.Explore(t.Context(), r, nil)
	require.NoError(t, err)
	require.Empty(t, out.Recording.Ended)
	return out
}

// save saves a finding and returns its file.
func save(t *testing.T, r kernel.Request, out *kernel.Outcome) string {
	t.Helper()
	file, err := out.Recording.File(r.Spec, &out.Result.Findings[0])
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "finding.lrec")
	require.NoError(t, file.Save(name))
	return name
}

func TestAMissingSyncIsFoundOnEachFilesystemAndReplays(t *testing.T) {
	t.Parallel()
	for _, fs := range kernel.Filesystems() {
		t.Run(fs, func(t *testing.T) {
			t.Parallel()
			withFilesystem(t, fs)
			for name, row := range map[string]struct{ leftOut, why string }{
				"none":             {"", ""},
				"of the file":      {`sync "$1/tmp"`, `when "note1" was acknowledged, note1 has 0 bytes instead of 14; no write to the disk was lost`},
				"of the directory": {`sync "$1" `, `when "note1" was acknowledged, note1 is missing, tmp is there, although it was not then; no write`},
			} {
				r := request(fs, programtest.NotesOf(strings.Replace(programtest.Notes, row.leftOut, "true ", 1)))
				if row.leftOut == "" {
					r.Spec = programtest.NotesOf(programtest.Notes)
				}
				out := explore(t, r)
				t.Logf("%s: %+v", name, out.Result.Tally)
				assert.Equal(t, row.leftOut == "", out.Result.Passed, "%+v", out.Result)
				if row.leftOut == "" {
					require.NotZero(t, out.Result.Tally.AtStake)
					continue
				}
				require.Len(t, out.Result.Findings, 1)
				f := out.Result.Findings[0]
				require.Equal(t, "note1 is lost", f.Sentence)
				require.Contains(t, f.Blocks.Filesystem, fs)
				require.Contains(t, f.Explanation.Sentence, row.why)
				require.Equal(t, f.ShownOf, f.Shown)
				again, err := kernel.Replay(t.Context(), save(t, r, out), 2)
				require.NoError(t, err)
				require.Equal(t, 2, again.Shown)
			}
		})
	}
}

// Both files are on their way to the disk at once, but the bytes of the log must be there first.
const reordered = `set -e
printf 'old data' >"$1/data"; printf 'old log0' >"$1/log"; sync "$1/data" "$1/log" "$1"
printf 'new log1' | dd of="$1/log" conv=notrunc status=none
printf 'new data' | dd of="$1/data" conv=notrunc status=none
echo written >>"$1/.torture/ack"
sync -f "$1"  # syncfs
echo synced >>"$1/.torture/ack"`

func TestAWriteThatTheDiskLosesIsNamed(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	r := request("ext4", native.Spec{
		Program: programtest.Shell(reordered, program.Dir),
		Check: programtest.Shell(`case "$(cat "$1/data")$(cat "$1/log")" in
			"new dataold log0") echo "the data is newer than the log"; exit 1;; esac`, program.Dir),
	})
	out := explore(t, r)
	require.Len(t, out.Result.Findings, 1, "%+v", out.Result)
	require.Equal(t, []string{"write log [0,4096)"}, out.Result.Findings[0].Blocks.Lost)
}

func TestARecordingIsSearchedAgainWithoutTheProgram(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	r := request("ext4", programtest.NotesOf(strings.Replace(programtest.Notes, `sync "$1" `, "true ", 1)))
	r.OnlyRecord = true
	out := explore(t, r)
	require.Nil(t, out.Result)
	require.Len(t, out.Recording.Acks, 3)
	r.OnlyRecord, r.Recording = false, out.Recording
	r.Spec.Program = programtest.Shell("exit 1", program.Dir)
	require.Len(t, explore(t, r).Result.Findings, 1)
}

func TestSetupAndPrintedAcknowledgements(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	r := request("ext4", native.Spec{
		Setup:   programtest.Shell(`echo ready >"$1/ready"`, program.Dir),
		Program: programtest.Shell(`set -e; [ -z "$(ls -A "$1" | grep -v ready)" ]; echo x >"$1/x"; sync "$1/x" "$1"; echo "stored x"; echo noise`, program.Dir),
		Stdout:  "^stored (.*)",
		Check:   programtest.Shell(`[ "$(cat "$1/ready")" = ready ] && for f in $(cat "$2"); do [ "$(cat "$1/$f")" = x ]; done`, program.Dir, "{acks}"),
	})
	out := explore(t, r)
	require.True(t, out.Result.Passed, "%+v", out.Result)
	require.Len(t, out.Recording.Acks, 1)
	require.Equal(t, "x", out.Recording.Acks[0].Text)
}

// server is a server in shell: it stores each line that a client writes to a pipe, and answers when it is synced.
const server = `set -e
mkfifo "$2/in" "$2/out"
touch "$2/ready"
trap 'exit 0' TERM
while read -r row <"$2/in"; do echo "$row" >>"$1/rows"; sync "$1/rows" "$1"; echo ok >"$2/out"; done`

func TestAServerRunsAndRecovers(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	spec := native.Spec{
		Program: programtest.Shell(server, program.Dir, "{tmp}"),
		Server: &native.Server{
			Ready: process.Probe{File: "{tmp}/ready"},
			Work:  programtest.Shell(`for i in 1 2 3; do echo row$i >"$2/in"; read -r ok <"$2/out"; echo row$i >>"$1/.torture/ack"; done`, program.Dir, "{tmp}"),
		},
		Check: programtest.Shell(`for row in $(cat "$2"); do grep -qx "$row" "$1/rows" || { echo "$row is lost"; exit 1; }; done`, program.Dir, "{acks}"),
	}
	result := explore(t, request("ext4", spec)).Result
	require.True(t, result.Passed, "%+v", result)
	spec.Program[2] = strings.Replace(server, `sync "$1/rows"`, "true", 1)
	result = explore(t, request("ext4", spec)).Result
	require.Len(t, result.Findings, 1)
	require.Equal(t, "row1 is lost", result.Findings[0].Sentence)
}

func TestASearchThatIsInterruptedKeepsWhatItFound(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, err := kernel.Explore(ctx, request("ext4", programtest.NotesOf(strings.Replace(programtest.Notes, `sync "$1/tmp"`, "true", 1))), func(program.Tally) { stop() })
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, out.Recording)
	require.NotNil(t, out.Result)
}

func TestFeaturesOfTheLabsDisksAreRefused(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]native.Spec{
		"has no faults":   {Dump: []string{"dump", program.Dir}, Rules: []string{"eio write nth=3"}},
		"cannot observe":  {Check: []string{"check", program.Dir}, Observe: true},
		"its flushes, as": {Check: []string{"check", program.Dir}, Rules: []string{"enospc write nth=3"}},
		"neither files":   {Check: []string{"check", program.Dir}, Rules: []string{"eio sync *.log nth=3"}},
	} {
		s.Program = []string{"program", program.Dir}
		_, err := kernel.Explore(t.Context(), request("ext4", s), nil)
		require.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, kernel.Possible("fat"), "no filesystem is called")
}

// A program that goes on after a failed sync acknowledges what the kernel has given up.
func TestAProgramThatIgnoresAFailedSyncOfTheDiskIsFound(t *testing.T) {
	t.Parallel()
	for _, fs := range kernel.Filesystems() {
		t.Run(fs, func(t *testing.T) {
			t.Parallel()
			withFilesystem(t, fs)
			s := programtest.NotesOf(strings.Replace(programtest.Notes, "set -e", "", 1))
			s.Rules = []string{"eio write from=1"}
			result := explore(t, request(fs, s)).Result
			require.NotEmpty(t, result.Findings)
			require.Contains(t, result.Findings[0].Sentence, "is lost")
			s.Program = programtest.NotesOf(programtest.Notes).Program
			out, err := kernel.Explore(t.Context(), request(fs, s), nil)
			require.NoError(t, err)
			require.Empty(t, out.Result.Findings)
			require.Contains(t, out.Result.Inconclusive, "the program failed before it acknowledged anything")
		})
	}
}

func TestAFaultOfTheDiskThatHitsNothingGivesNoVerdict(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	s := programtest.NotesOf(programtest.Notes)
	s.Rules = []string{"eio sync nth=1000000"}
	require.Contains(t, explore(t, request("ext4", s)).Result.Inconclusive, "a fault hit nothing: eio sync nth=1000000")
}

// gathering recovers a store of notes: it gathers them in one file and removes the others. Its arguments are those of
// programtest.CheckNotes, and a command that syncs.
const gathering = `set -e
if [ ! -e "$1/all" ]; then
	cat "$1"/note* >"$1/tmp" 2>/dev/null || :
	$3 "$1/tmp"
	mv "$1/tmp" "$1/all"
	rm -f "$1"/note*
	sync "$1"
fi
while read -r note; do grep -qx "this is $note" "$1/all" || { echo "$note is lost"; exit 1; }; done <"$2"`

func TestARecoveryThatPowerCutsInterruptIsFoundAndReplays(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	for sync, passes := range map[string]bool{"sync": true, "true": false} {
		r := request("ext4", programtest.NotesOf(programtest.Notes))
		r.Nested, r.Spec.Check = 8, programtest.Shell(gathering, program.Dir, "{acks}", sync)
		out := explore(t, r)
		require.Equal(t, passes, out.Result.Passed, "%+v", out.Result)
		require.Positive(t, out.Result.Tally.Nested)
		if passes {
			continue
		}
		f := &out.Result.Findings[0]
		require.Equal(t, "after a crash during the recovery: note1 is lost", f.Sentence)
		require.Equal(t, f.ShownOf, f.Shown)
		again, err := kernel.Replay(t.Context(), save(t, r, out), 2)
		require.NoError(t, err)
		require.Equal(t, 2, again.Shown, again.Answer)
	}
}

func TestADumpIsComparedWithARunOnADiskOfTheLab(t *testing.T) {
	t.Parallel()
	withFilesystem(t, "ext4")
	dumped := func(script, dump string) kernel.Request {
		r := request("ext4", programtest.NotesOf(script))
		r.Spec.Check, r.Spec.Dump = nil, programtest.Shell(dump, program.Dir)
		return r
	}
	const all = `cat "$1"/note* 2>/dev/null || :`
	out := explore(t, dumped(programtest.Notes, all))
	require.True(t, out.Result.Passed, "%+v", out.Result)
	r := dumped(strings.Replace(programtest.Notes, `sync "$1/tmp"`, "true ", 1), all)
	out = explore(t, r)
	require.NotEmpty(t, out.Result.Findings)
	require.Contains(t, out.Result.Findings[0].Sentence, "the store ")
	again, err := kernel.Replay(t.Context(), save(t, r, out), 2)
	require.NoError(t, err)
	require.Equal(t, 2, again.Shown, again.Answer)
	_, err = kernel.Explore(t.Context(), dumped(programtest.Notes, `cat "$1"/note* 2>/dev/null; date +%N`), nil)
	require.ErrorContains(t, err, "although nothing was lost", "the dump shows the time")
	_, err = kernel.Explore(t.Context(), dumped(strings.Replace(programtest.Notes, `echo "note$i"`, `echo "note$i $$"`, 1), all), nil)
	require.ErrorContains(t, err, "that run differed; write a checker: it acknowledged")
}
