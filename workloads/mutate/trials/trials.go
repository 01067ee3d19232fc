package trials

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// defaultLimit is the default time limit of a judge.
const defaultLimit = 10 * time.Minute

// Trials configures which mutants to try with which judges.
type Trials struct {
	Dir      string           // working directory of the judges and for package patterns; empty: the current one
	Packages []string         // patterns of the packages to mutate
	Kinds    []operators.Kind // empty: all
	Sample   int              // number of mutants to judge; 0: all
	Seed     string           // of the sample; "commit": the hash of the checked-out commit
	Judges   []Judge          // at least one
	Limit    time.Duration    // for judges without a limit; 0: ten minutes
	Ledger   string           // file for the answers; empty: none, and an interrupted run is lost
	Reasons  string           // file of reasons for survivors; empty: none
	Workers  int              // number of mutants judged concurrently; 0: one
	// AgainSurvivors: mutants in the ledger are judged again by each judge that did not kill them, unless it was at the
	// commit now checked out.
	AgainSurvivors bool

	// Progress, if set, is called when a mutant has all its answers or is skipped. at is the number of mutants with all
	// answers.
	Progress func(at, of int, e Entry)
}

// Run judges whatever the ledger lacks of the sample, and returns the score. If ctx is canceled, it returns the score
// so far and the error of ctx. Other errors are those of this package, operators.ErrSource, or errors of the host.
func (t Trials) Run(ctx context.Context) (r Report, err error) {
	c, err := t.court(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	err = c.judgeAll(ctx)
	if err != nil && ctx.Err() == nil {
		return r, err
	}
	report, reportErr := c.report()
	return report, errors.Join(err, reportErr)
}

// Status returns the score of what is in the ledger, without judging.
func (t Trials) Status(ctx context.Context) (r Report, err error) {
	c, err := t.court(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return c.report()
}

// court holds what is needed for judging.
type court struct {
	t        Trials
	packages map[string]*operators.Package // by import path
	order    []operators.Mutation          // all mutations, in the order of the sample
	ledger   *ledger
	reasons  reasons
	scratch  *hostdisk.Scratch
	commit   string
	objects  map[string]string // digest of the code of each unchanged package
}

func (t Trials) court(ctx context.Context) (c *court, err error) {
	if err := t.defaults(ctx); err != nil {
		return nil, err
	}
	c = &court{t: t, packages: map[string]*operators.Package{}, objects: map[string]string{}, commit: commitOf(ctx, t.Dir)}
	if c.reasons, err = readReasons(t.Reasons); err != nil {
		return nil, err
	}
	loaded, err := operators.Load(ctx, t.Dir, operators.WithTypes, t.Packages...)
	if err != nil {
		return nil, err
	}
	for _, p := range loaded {
		c.packages[p.ImportPath] = p
		c.order = append(c.order, p.Find(t.Kinds)...)
	}
	c.order = operators.Shuffle(c.order, t.Seed)
	if c.ledger, err = openLedger(t.Ledger, t.Seed); err != nil {
		return nil, err
	}
	if c.scratch, err = hostdisk.NewScratch("", "mutate"); err != nil {
		return nil, errors.Join(err, c.ledger.close())
	}
	return c, nil
}

func (c *court) close() error { return errors.Join(c.ledger.close(), c.scratch.Remove()) }

func (t *Trials) defaults(ctx context.Context) error {
	if t.Dir == "" {
		t.Dir = "."
	}
	if len(t.Kinds) == 0 {
		t.Kinds = operators.All()
	}
	if t.Limit == 0 {
		t.Limit = defaultLimit
	}
	if t.Workers == 0 {
		t.Workers = 1
	}
	if t.Progress == nil {
		t.Progress = func(int, int, Entry) {}
	}
	if t.Seed == "commit" {
		if t.Seed = commitOf(ctx, t.Dir); t.Seed == "" {
			return fmt.Errorf("%w: the seed should be the commit, but no commit is checked out; give a number", operators.ErrSource)
		}
	}
	t.Judges = slices.Clone(t.Judges)
	for i := range t.Judges {
		if slices.ContainsFunc(t.Judges[:i], func(j Judge) bool { return j.Name == t.Judges[i].Name }) {
			return fmt.Errorf("%w: two are called %q", ErrJudge, t.Judges[i].Name)
		}
		if t.Judges[i].Limit == 0 {
			t.Judges[i].Limit = t.Limit
		}
	}
	if len(t.Judges) == 0 {
		return fmt.Errorf("%w: none is given", ErrJudge)
	}
	return nil
}

// commitOf returns the hash of the commit checked out in dir, or "".
func commitOf(ctx context.Context, dir string) string {
	cmd := exec.CommandContext(ctx, "git", "rev-parse", "HEAD")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
