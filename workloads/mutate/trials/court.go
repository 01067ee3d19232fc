package trials

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads/coverprofile"
)

// judgeAll judges the sample. One goroutine selects the mutants and workers judge them.
func (c *court) judgeAll(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Int64
	var workers sync.WaitGroup
	pending := make(chan Entry)
	for range c.t.Workers {
		workers.Go(func() {
			for e := range pending {
				judged, err := c.judge(ctx, e)
				if err == nil {
					err = c.record(judged, int(done.Add(1)))
				}
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	baseline := sync.OnceValue(func() error { return c.baseline(ctx) })
	err := c.screen(ctx, func(e Entry) error {
		if len(c.missing(e)) == 0 {
			done.Add(1)
			return nil
		}
		if err := baseline(); err != nil {
			return err
		}
		select {
		case pending <- e:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(pending)
	workers.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// record writes an entry to the ledger and reports progress.
func (c *court) record(e Entry, done int) error {
	e, err := c.ledger.add(e)
	if err != nil {
		return err
	}
	of := c.t.Sample
	if of == 0 {
		of = len(c.order)
	}
	c.t.Progress(done, of, e)
	return nil
}

// missing returns the judges that have yet to judge a mutant.
func (c *court) missing(e Entry) []Judge {
	var judges []Judge
	for _, j := range c.t.Judges {
		a, judged := e.Answers[j.Name]
		again := c.t.AgainSurvivors && !a.Kills() && (a.Commit == "" || a.Commit != c.commit)
		if !judged || again {
			judges = append(judges, j)
		}
	}
	return judges
}

// baseline returns an error unless every judge passes the unchanged packages.
func (c *court) baseline(ctx context.Context) error {
	for _, j := range c.t.Judges {
		dir, err := os.MkdirTemp(c.scratch.Dir, "baseline-")
		if err != nil {
			return err
		}
		a, err := j.run(ctx, c.t.Dir, []string{"MUTANT=", "MUTANT_PACKAGE=", "TMPDIR=" + dir})
		if err != nil {
			return err
		}
		if a.Verdict != Survived {
			return fmt.Errorf("%w: %s: %s: %s", ErrBaseline, j.Name, a.Verdict, a.Sentence)
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

// judge asks the judges that have not answered yet.
func (c *court) judge(ctx context.Context, e Entry) (Entry, error) {
	dir, overlayFile, err := c.plant(&e.Mutation)
	if err != nil {
		return e, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // if this fails, it goes with the scratch directory
	flags := strings.TrimSpace(os.Getenv("GOFLAGS") + " -overlay=" + overlayFile)
	answers := map[string]Answer{}
	for _, j := range c.missing(e) {
		if j.Reach != nil && !c.reaches(j, e) {
			answers[j.Name] = Answer{Verdict: Survived, Unreached: true, Commit: c.commit}
			continue
		}
		scratch := filepath.Join(dir, j.Name)
		if err := os.Mkdir(scratch, 0o700); err != nil {
			return e, err
		}
		env := []string{"GOFLAGS=" + flags, "MUTANT=" + e.ID, "MUTANT_PACKAGE=" + e.Package(), "TMPDIR=" + scratch}
		a, err := j.run(ctx, c.t.Dir, env)
		if err != nil {
			return e, err
		}
		a.Commit = c.commit
		answers[j.Name] = a
	}
	e.Answers = answers
	return e, nil
}

// reaches reports whether a judge executes the code that a mutant changes.
func (c *court) reaches(j Judge, e Entry) bool {
	line, column := c.packages[e.Package()].Start(&e.Mutation)
	return j.Reach.reaches(path.Join(e.Package(), filepath.Base(e.Path())), coverprofile.Place{Line: line, Column: column})
}
