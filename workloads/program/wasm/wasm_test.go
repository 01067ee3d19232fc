package wasm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// built is the store of testdata, and compiled what is made of it.
var built, compiled string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wasm")
	if err != nil {
		panic(err)
	}
	built, compiled = filepath.Join(dir, "store.wasm"), filepath.Join(dir, "compiled")
	code := m.Run()
	_ = os.RemoveAll(dir) // else the system does
	os.Exit(code)
}

var build = sync.OnceValues(func() ([]byte, error) {
	cmd := exec.Command("go", "build", "-o", built, "./testdata/store")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	return cmd.CombinedOutput()
})

// store returns a way of running the store with a bug.
func store(t *testing.T, bug string, rules ...string) *wasm.Way {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go tool, which builds the store, is not here")
	}
	_, err := os.Stat("testdata/store/main.go") // else go test would not know that its result depends on it
	require.NoError(t, err)
	printed, err := build()
	require.NoError(t, err, "%s", printed)
	way, err := wasm.New(t.Context(), wasm.Spec{
		Program: []string{built, "work", program.Dir},
		Check:   []string{built, "check", program.Dir, "{acks}"},
		Env:     []string{"BUG=" + bug},
		Rules:   rules,
		Limit:   5_000_000,
	}, compiled)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, way.Close(t.Context())) })
	return way
}

func sweep(t *testing.T, way *wasm.Way, last uint64, profile string) *wasm.Swept {
	t.Helper()
	p, err := faultfs.ProfileNamed(profile)
	require.NoError(t, err)
	swept, err := way.Sweep(t.Context(), schedule.Seeds{First: 1, Last: last},
		program.Options{Model: faultfs.Model{Profile: p}, Workers: 2})
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
	swept := sweep(t, way, 100, "ext4-ordered")
	require.NotEmpty(t, swept.Result.Findings, "not found in %d seeds", swept.Seeds)
	require.Greater(t, swept.Seed, uint64(1), "a bug that every schedule shows proves nothing")
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

func TestWhatGoesWrongIsSaidInASentence(t *testing.T) {
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

func TestAFaultOfTheDiskReachesTheProgram(t *testing.T) {
	rec, err := store(t, "", "enospc write log-001 nth=2").Record(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^ended with exit code 1: the store fails: write {dir}/log-001: No space left on device$`, rec.Ended)
}
