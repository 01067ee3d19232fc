package schedule

import (
	"bytes"
	"context"
	"runtime"
	"sync"
)

// Seeds are all seeds from First to Last, inclusive.
type Seeds struct{ First, Last uint64 }

// Swept is the result of a sweep.
type Swept struct {
	Ran    uint64 // number of seeds run, including any after the failing one that had already begun
	Seed   uint64 // the lowest failing seed, or the first one if none failed
	Failed bool
	Outcome
	Stdout, Stderr []byte // of that seed
}

// Sweep runs the program from every seed, on all processors, until one fails, and returns the lowest failing seed. When
// ctx ends, the sweep stops before the next run with the error of ctx. The writers and the reader of job are not used.
func (p *Program) Sweep(ctx context.Context, seeds Seeds, job Job) (Swept, error) {
	s := &sweep{program: p, job: job, next: seeds.First, last: seeds.Last, more: seeds.First <= seeds.Last}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() { s.work(ctx) })
	}
	workers.Wait()
	return s.result, s.err
}

type sweep struct {
	program *Program
	job     Job
	last    uint64

	mu     sync.Mutex // guards everything below
	next   uint64
	more   bool
	result Swept
	err    error
}

func (s *sweep) work(ctx context.Context) {
	for {
		seed, ok := s.take(ctx)
		if !ok {
			return
		}
		var stdout, stderr bytes.Buffer
		job := s.job
		job.Stdin, job.Stdout, job.Stderr = nil, &stdout, &stderr
		outcome, err := s.program.Run(ctx, seed, job)
		s.put(Swept{
			Seed: seed, Failed: outcome.ExitCode != 0, Outcome: outcome, Stdout: stdout.Bytes(), Stderr: stderr.Bytes(),
		}, err)
	}
}

// take returns the seeds in order. After a failure it returns no more, because all lower seeds have already begun.
func (s *sweep) take(ctx context.Context) (seed uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.more {
		s.err = context.Cause(ctx)
	}
	if s.err != nil || s.result.Failed || !s.more {
		return 0, false
	}
	seed = s.next
	s.more = seed != s.last // not seed < last, because last may be the largest uint64
	s.next++
	return seed, true
}

// put keeps the run with the lowest failing seed, or with the lowest seed if none failed.
func (s *sweep) put(run Swept, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	ran := s.result.Ran + 1
	better := run.Failed && !s.result.Failed || run.Failed == s.result.Failed && run.Seed < s.result.Seed
	if ran == 1 || better {
		s.result = run
	}
	s.result.Ran = ran
}
