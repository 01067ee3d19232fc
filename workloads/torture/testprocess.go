package torture

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/internal/lastoutput"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

// Run starts the test binary again with the name of the test, and lets this child do the work: an engine that ends the
// process ends only the child. In the child, the test function runs up to the same call of Run, which leaves its
// result in a file and ends the test.

// testJob is what a parent asks its child to do.
type testJob struct {
	Call    testCall             `json:"call"`
	Limit   time.Duration        `json:"limit,omitempty"`  // Options.Limit: the child does not know the timeout of the test
	Replay  *testReplay          `json:"replay,omitempty"` // replay this instead of torturing the target
	Earlier map[string][]*Result `json:"earlier"`          // the results of earlier calls, by test
}

// testReplay says what a child should replay.
type testReplay struct {
	What     string `json:"what"` // token, or path of a saved finding
	Attempts int    `json:"attempts"`
	Dir      string `json:"dir,omitempty"` // where findings were saved
}

// testResult is the result that the child leaves.
type testResult struct {
	Result *Result       `json:"result,omitempty"`
	Replay *ReplayResult `json:"replay,omitempty"`
	Err    string        `json:"err,omitempty"`
	Other  bool          `json:"other,omitempty"` // Err is an evidence.ErrOtherTarget
}

// err returns the error that occurred in the child.
func (r *testResult) err() error {
	switch {
	case r.Err == "":
		return nil
	case r.Other:
		return fmt.Errorf("%w%s", evidence.ErrOtherTarget, strings.TrimPrefix(r.Err, evidence.ErrOtherTarget.Error()))
	}
	return errors.New(r.Err)
}

// timeLeft returns the time until package testing ends this process; false if it never does.
func timeLeft(t *testing.T) (time.Duration, bool) {
	end, ok := t.Deadline()
	return time.Until(end), ok
}

// beforeTimeout returns a context for work whose results are to be printed before package testing ends this process. It
// ends after three quarters of the time left.
func beforeTimeout(tb testing.TB) (context.Context, context.CancelFunc) {
	if t, isTest := tb.(*testing.T); isTest {
		if left, ok := timeLeft(t); ok {
			return context.WithTimeout(tb.Context(), left*3/4)
		}
	}
	return context.WithCancel(tb.Context())
}

const (
	jobFile     = "job.json"
	resultFile  = "result.json"
	journalFile = "journal.json"
)

// asked reads the job that the parent of this process has left. Without a job it returns one that matches no call.
var asked = sync.OnceValue(func() (job testJob) {
	text, err := os.ReadFile(filepath.Join(apart.Inside().Dir, jobFile))
	if err == nil {
		err = json.Unmarshal(text, &job)
	}
	if err != nil {
		job = testJob{}
	}
	return job
})

// checkInChild is Run in a child. For an earlier call it returns the result that the parent got; otherwise it ends the
// test.
func checkInChild(tb testing.TB, child *apart.Child, here testCall, target Target, opts Options) *Result {
	tb.Helper()
	job := asked()
	if here != job.Call {
		if earlier := job.Earlier[here.Test]; here.N < len(earlier) {
			return earlier[here.N]
		}
		tb.SkipNow()
	}
	child.Begin()
	opts.Running, opts.Journal = child.Note, filepath.Join(child.Dir, journalFile)
	opts.Limit = job.Limit
	if opts.Dir == "" {
		opts.Dir = child.Dir // so that findings before a death are not lost
	}
	left := testResult{}
	var err error
	if r := job.Replay; r != nil {
		left.Replay, err = Replay(tb.Context(), []Target{target}, r.What, ReplayOptions{Attempts: r.Attempts, Dir: r.Dir, Patience: opts.Patience})
	} else {
		left.Result, err = Check(tb.Context(), target, opts)
	}
	if err != nil {
		left.Err, left.Other = err.Error(), errors.Is(err, evidence.ErrOtherTarget)
	}
	err = hostdisk.WriteFile(filepath.Join(child.Dir, resultFile), 0o600, func(w io.Writer) error { return json.NewEncoder(w).Encode(left) })
	if err := errors.Join(err, child.Done()); err != nil {
		tb.Logf("torture: result lost: %v", err)
	}
	tb.SkipNow()
	return nil
}

// errNoChild says that the work has to be done in the process of the test.
var errNoChild = errors.New("torture: no child process")

// checkApart is Check in a child process of a test. The error is errNoChild if there can be none.
func checkApart(t *testing.T, here testCall, target Target, opts Options) (result *Result, err error) {
	t.Helper()
	scratch, err := hostdisk.NewScratch("", "test")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoChild, err)
	}
	defer func() { _ = scratch.Remove() }() // whatever this process cannot remove, the next one does
	started, output := time.Now(), ""
	job := testJob{Call: here, Limit: opts.Limit, Earlier: earlierCalls(t.Name())}
	watched := opts
	watched.Journal = filepath.Join(scratch.Dir, journalFile)
	died, last, err := Outlive(t.Context(), []Target{target}, watched, func() (*apart.Death, error) {
		end, printed, err := runTestChild(t.Context(), scratch.Dir, job)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNoChild, err)
		}
		reportFailure(t, end, printed)
		output = printed
		return end.Died, nil
	}, func(ctx context.Context, token string) *apart.Death { return replayDeath(ctx, t, here, token) })
	if err != nil {
		return nil, err
	}
	if opts.Dir == "" {
		opts.Dir = scratch.Dir
		defer func() { keep(t, result) }()
	}
	if died {
		return Posthumous(target, opts, last, started, time.Since(started))
	}
	left, err := readTestResult(scratch.Dir, output)
	if err != nil {
		return nil, err
	}
	return left.Result, left.err()
}

// reportFailure fails the test if it failed in the child.
func reportFailure(t *testing.T, end apart.End, output string) {
	t.Helper()
	if end.Died == nil && end.Began && end.Code != 0 { // such as an assertion of the target, or a data race
		t.Errorf("torture: the test failed in the child process that ran the engine, which ended with exit code %d:\n%s", end.Code, output)
	}
}

// replayApart is Replay in a child process of a test. The error is errNoChild if there can be none.
func replayApart(t *testing.T, here testCall, target Target, r testReplay) (*ReplayResult, error) {
	t.Helper()
	scratch, err := hostdisk.NewScratch("", "test")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoChild, err)
	}
	defer func() { _ = scratch.Remove() }() // whatever this process cannot remove, the next one does
	end, output, err := runTestChild(t.Context(), scratch.Dir, testJob{Call: here, Replay: &r, Earlier: earlierCalls(t.Name())})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoChild, err)
	}
	reportFailure(t, end, output)
	if end.Died != nil {
		f, err := AfterReplay([]Target{target}, r.What, end.Died)
		if err == nil && f == nil {
			err = fmt.Errorf("the engine ended the process:\n%s", end.Died.Output+end.Died.Log) // a file says nothing about what was in progress
		}
		return &ReplayResult{Reproduced: true, Attempts: 1, Hits: 1, Finding: f}, err
	}
	left, err := readTestResult(scratch.Dir, output)
	if err != nil {
		return nil, err
	}
	return left.Replay, left.err()
}

// replayDeath repeats the run of a token in a child process and returns how that died, or nil if it did not.
func replayDeath(ctx context.Context, t *testing.T, here testCall, token string) *apart.Death {
	t.Helper()
	scratch, err := hostdisk.NewScratch("", "test")
	if err != nil {
		return nil
	}
	defer func() { _ = scratch.Remove() }() // whatever this process cannot remove, the next one does
	end, _, err := runTestChild(ctx, scratch.Dir, testJob{
		Call: here, Replay: &testReplay{What: token, Attempts: DeathReplays}, Earlier: earlierCalls(t.Name()),
	})
	if err != nil {
		return nil
	}
	return end.Died
}

// readTestResult reads the result of a child that has finished.
func readTestResult(dir, output string) (*testResult, error) {
	text, err := os.ReadFile(filepath.Join(dir, resultFile))
	if err != nil {
		return nil, fmt.Errorf("%w: the child did not reach this call of Run:\n%s", errNoChild, output)
	}
	var left testResult
	if err := json.Unmarshal(text, &left); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoChild, err)
	}
	return &left, nil
}

// runTestChild runs the test binary for a job. It returns how that ended, and the end of its output.
func runTestChild(ctx context.Context, dir string, job testJob) (apart.End, string, error) {
	text, err := json.Marshal(job)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, jobFile), text, 0o600)
	}
	if err != nil {
		return apart.End{}, "", err
	}
	printed := &lastoutput.Buffer{}
	end, err := apart.Run(ctx, apart.Process{
		Dir: dir, Args: testArgs(flag.CommandLine, job.Call.Test), WorkDir: gotest.Here().Dir, Stdout: printed, Stderr: printed,
	})
	return end, printed.String(), err
}

// keptFlags are the flags of package testing that are passed on to a child.
var keptFlags = []string{"test.short", "test.parallel", "test.cpu", "test.paniconexit0", "test.skip", "test.fullpath"}

// testArgs returns the arguments that make a test binary run one test, with the flags that the test's package defines.
func testArgs(flags *flag.FlagSet, test string) []string {
	args := []string{"-test.run=" + gotest.Pattern(test), "-test.count=1", "-test.timeout=0"} // the parent bounds its time
	flags.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") || slices.Contains(keptFlags, f.Name) {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	return append(append(args, "--"), flags.Args()...)
}
