package wasm_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// built is the compiled store of testdata. Its machine code is cached where the command caches it, because that takes seconds.
var built, compiled = "", schedule.UserCache()

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wasm")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "store.wasm")
	code := m.Run()
	_ = os.RemoveAll(dir) // otherwise the system does
	os.Exit(code)
}

var build = sync.OnceValues(func() ([]byte, error) {
	cmd := exec.Command("go", "build", "-o", built, "./testdata/store")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	return cmd.CombinedOutput()
})

// needStore builds the store, or skips the test.
func needStore(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command in PATH, to build the store")
	}
	_, err := os.Stat("testdata/store/main.go") // makes go test's cache depend on this file
	require.NoError(t, err)
	printed, err := build()
	require.NoError(t, err, "%s", printed)
}

// spec returns how to run the store with a bug, and to check it.
func spec(bug string) wasm.Spec {
	return wasm.Spec{
		Program: []string{built, "work", program.Dir},
		Check:   []string{built, "check", program.Dir, "{acks}"},
		Env:     []string{"BUG=" + bug},
		Limit:   2_000_000,
	}
}

func open(t *testing.T, s wasm.Spec) *wasm.Way {
	t.Helper()
	needStore(t)
	way, err := wasm.New(t.Context(), s, compiled)
	require.NoError(t, err)
	way.KeepSchedule = true // shrinking would take too long
	t.Cleanup(func() { require.NoError(t, way.Close(context.Background())) })
	return way
}

// store returns a way of running the store with a bug.
func store(t *testing.T, bug string) *wasm.Way { return open(t, spec(bug)) }

func sweep(t *testing.T, way *wasm.Way, last uint64, profile string) *wasm.Swept {
	t.Helper()
	p, err := faultfs.ProfileNamed(profile)
	require.NoError(t, err)
	swept, err := way.Sweep(t.Context(), schedule.Seeds{First: 1, Last: last},
		program.Options{Model: faultfs.Model{Profile: p}, Limits: program.Limits{Workers: 2}})
	require.NoError(t, err)
	return swept
}

func TestACorrectStorePassesOnEverySchedule(t *testing.T) {
	swept := sweep(t, store(t, ""), 8, "posix-min")
	require.Empty(t, swept.Result.Findings)
	require.True(t, swept.Result.Passed, swept.Result.Inconclusive)
	require.Equal(t, 8, swept.Seeds)
	require.Greater(t, swept.Courses, 4, "seeds do not change the order of operations")
	require.Zero(t, swept.Result.Tally.Sampled+swept.Result.Tally.Strayed)
	require.Greater(t, swept.Result.Tally.AfterAcks, 300)
}

// The bug needs a rotation between the write and the sync of a put, and then a power cut.
func TestABugThatNeedsAScheduleAndACrashIsFoundAndReplays(t *testing.T) {
	way := store(t, "race")
	way.KeepSchedule = false
	swept := sweep(t, way, 300, "ext4-ordered")
	require.NotEmpty(t, swept.Result.Findings, "not found in %d seeds", swept.Seeds)
	require.True(t, somePass(t, way), "the bug must not show on every schedule")
	require.Positive(t, swept.Switches)
	require.LessOrEqual(t, swept.Switches, swept.Of)
	f := swept.Result.Findings[0]
	require.Regexp(t, `^w[01]-\d was acknowledged and is missing$`, f.Sentence)
	require.NotNil(t, f.Explanation)
	require.Regexp(t, `"w[01]-\d" was acknowledged before the write of log-\d+ was durable, with no intervening sync of the file`,
		f.Explanation.Sentence)
	for range 20 {
		way.Seed(swept.Seed)
		rec, err := way.Record(t.Context())
		require.NoError(t, err)
		require.Equal(t, swept.Recording, rec)
		require.Equal(t, f.Sentence, again(t, way, rec, &f).Text)
	}
}

// somePass reports whether there are seeds on which nothing is found.
func somePass(t *testing.T, way *wasm.Way) bool {
	t.Helper()
	for seed := range uint64(20) {
		way.Seed(seed)
		rec, err := way.Record(t.Context())
		require.NoError(t, err)
		result, err := program.Explore(t.Context(), rec, way, program.Options{})
		require.NoError(t, err)
		if result.Passed {
			return true
		}
	}
	return false
}

// again recovers the image of a finding.
func again(t *testing.T, way *wasm.Way, rec *program.Recording, f *program.Finding) program.Answer {
	t.Helper()
	p, err := faultfs.ProfileNamed(f.Profile)
	require.NoError(t, err)
	point := faultfs.NewTimeline(faultfs.Recorded(rec.Trace), faultfs.Model{Profile: p}, 0).Advance(f.Tick)
	r, err := way.Recoverer(0)
	require.NoError(t, err)
	a, err := r.Recover(t.Context(), point.Losing(f.Lost, faultfs.ImageOptions{}), rec.Acked(f.Tick))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return a
}

func TestFailuresOfRecoveryAreReportedInASentence(t *testing.T) {
	for _, c := range []struct{ bug, sentence string }{
		{"newlog", "w0-0 was acknowledged and is missing"},
		{"panic", "the recovery crashes: panic: a damaged line"},
		{"endless", "the recovery does not come to an end"},
	} {
		swept := sweep(t, store(t, c.bug), 1, "posix-min")
		require.NotEmpty(t, swept.Result.Findings, c.bug)
		require.Equal(t, c.sentence, swept.Result.Findings[0].Sentence)
	}
}

func TestPowerIsCutAgainDuringRecovery(t *testing.T) {
	right := sweep(t, store(t, "compact-right"), 1, "posix-min")
	require.True(t, right.Result.Passed, right.Result.Inconclusive)
	require.Positive(t, right.Nested)
	wrong := sweep(t, store(t, "compact"), 1, "posix-min")
	require.NotEmpty(t, wrong.Result.Findings)
	f := wrong.Result.Findings[0]
	require.Regexp(t, `^w\d-\d was acknowledged and is missing, after a second power cut right after "remove log-\d+" in the recovery$`, f.Sentence)
	require.Equal(t, f.ShownOf, f.Shown)
}

func TestAFaultOfTheDiskReachesTheProgram(t *testing.T) {
	s := spec("")
	s.Rules = []string{"enospc write log-001 nth=2"}
	rec, err := open(t, s).Record(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^ended with exit code 1: the store fails: write {dir}/log-001: No space left on device$`, rec.Ended)
}

func TestPowerIsNotCutWhileTheStoreIsPrepared(t *testing.T) {
	for _, bug := range []string{"", "newlog"} {
		s := spec(bug)
		s.Setup = []string{built, "dump", program.Dir} // which makes an empty store
		swept := sweep(t, open(t, s), 1, "posix-min")
		rec := swept.Recording
		require.Positive(t, rec.Settled)
		require.Greater(t, rec.Ticks()[0], rec.Settled)
		require.Equal(t, bug == "", swept.Result.Passed, swept.Result.Inconclusive)
		if bug != "" {
			require.NotZero(t, swept.Result.Findings[0].Acked)
		}
	}
	s := spec("")
	s.Setup = []string{built, "check", program.Dir, "/nothing"}
	_, err := open(t, s).Record(t.Context())
	require.ErrorContains(t, err, "the setup ended with exit code 1")
}

func TestADumpIsComparedWithTheStatesAfterKills(t *testing.T) {
	for _, bug := range []string{"", "newlog"} {
		s := spec(bug)
		s.Check, s.Dump = nil, []string{built, "dump", program.Dir}
		s.Env = append(s.Env, "WRITERS=1")
		swept := sweep(t, open(t, s), 1, "posix-min")
		require.Equal(t, bug == "", swept.Result.Passed, swept.Result.Inconclusive)
		if bug == "" {
			continue
		}
		require.NotEmpty(t, swept.Result.Findings)
		require.Equal(t, "the store is as it was after 0 of 1 acknowledgements", swept.Result.Findings[0].Sentence)
	}
}

func TestASavedFindingReplaysFromItsSeed(t *testing.T) {
	needStore(t)
	s := spec("newlog")
	swept := sweep(t, open(t, s), 1, "posix-min")
	s.Seed = swept.Seed
	file, err := lrec.New(s, swept.Recording, &swept.Result.Findings[0])
	require.NoError(t, err)
	again, err := wasm.Replay(t.Context(), file, 3, compiled, nil)
	require.NoError(t, err)
	require.Equal(t, wasm.Replayed{Attempts: 3, Shown: 3, Answer: swept.Result.Findings[0].Sentence}, *again)

	s.Env = []string{"BUG=", "WRITERS=1"}
	file.Spec, err = json.Marshal(s)
	require.NoError(t, err)
	again, err = wasm.Replay(t.Context(), file, 1, compiled, nil)
	require.NoError(t, err)
	require.True(t, again.Changed, "the store syncs its directory now")
}

func TestUnsupportedProgramsAreRefusedWithTheReason(t *testing.T) {
	needStore(t)
	for program, reason := range map[string]string{
		"./testdata/mapped": "wasip1 has no cgo, no memory maps",
		"sqlite3":           "neither a .wasm file nor a package of Go",
	} {
		_, err := wasm.New(t.Context(), wasm.Spec{Program: []string{program, "{dir}"}}, compiled)
		require.ErrorContains(t, err, reason)
	}
}

// If the checker is a command of this machine, recoverers come from Host.
func TestHostRecoversIfTheCheckerRunsOnThisMachine(t *testing.T) {
	s := spec("")
	s.Check = []string{"checker", program.Dir}
	way := open(t, s)
	asked := &elsewhere{}
	way.Host = func(rec *program.Recording) program.Way {
		asked.rec = rec
		return asked
	}
	swept := sweep(t, way, 1, "posix-min")
	require.Same(t, swept.Recording, asked.rec)
	require.Positive(t, asked.images)
	require.True(t, swept.Result.Passed, swept.Result.Inconclusive)
}

// elsewhere is a Way that accepts every image.
type elsewhere struct {
	program.Way
	rec    *program.Recording
	mu     sync.Mutex
	images int
}

func (e *elsewhere) Recoverer(int) (program.Recoverer, error) { return e, nil }
func (e *elsewhere) Observes() bool                           { return false }
func (e *elsewhere) Close() error                             { return nil }

func (e *elsewhere) Recover(context.Context, *faultfs.FS, []program.Ack) (program.Answer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.images++
	return program.Answer{}, nil
}
