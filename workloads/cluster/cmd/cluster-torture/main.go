// Command cluster-torture tortures a group of replicated Lightning nodes, one seed after another, until a promise is broken or
// no seed is left.
//
//	go -C workloads/cluster run ./cmd/cluster-torture --seeds 1..1000
//	go -C workloads/cluster run ./cmd/cluster-torture --seeds 17     # repeat one run
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
)

// The exit codes are the same as lightning-torture's.
const (
	exitFinding      = 1
	exitUsage        = 2
	exitInconclusive = 3
	exitHost         = 4
)

var (
	errFinding      = errors.New("a promise was broken")
	errInconclusive = errors.New("a judge reached no verdict")
	errUsage        = errors.New("bad usage")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := command()
	err := c.ExecuteContext(ctx)
	switch {
	case err == nil:
		return
	case errors.Is(err, errFinding):
		os.Exit(exitFinding)
	case errors.Is(err, errInconclusive):
		os.Exit(exitInconclusive)
	}
	fmt.Fprintln(os.Stderr, "cluster-torture:", err)
	if errors.Is(err, errUsage) {
		os.Exit(exitUsage)
	}
	os.Exit(exitHost)
}

// flags are the flags of the command.
type flags struct {
	seeds, profile string
	spec           cluster.Spec
	wordsEvery     uint64
	limit          time.Duration
}

func command() *cobra.Command {
	f := &flags{}
	c := &cobra.Command{
		Use: "cluster-torture", Short: "Torture a group of replicated Lightning nodes", SilenceUsage: true, SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%w: unexpected argument %q", errUsage, args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), c.OutOrStdout()) },
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", errUsage, err) })
	to := c.Flags()
	to.StringVar(&f.seeds, "seeds", "1..100", "`N or A..B`: run each of these seeds once")
	to.IntVar(&f.spec.Steps, "steps", 5000, "`N` steps of a run until its faults end")
	to.IntVar(&f.spec.Nodes, "nodes", 3, "`N` nodes of the group")
	to.IntVar(&f.spec.Clients, "clients", 4, "`N` clients")
	to.IntVar(&f.spec.Words, "words", 200, "open about `N` crash images of each node's disk and check that the node keeps its word; 0 opens none")
	to.Uint64Var(&f.wordsEvery, "words-every", 3, "do so for one seed in `N`, because it takes ten times as long as the run")
	to.StringVar(&f.profile, "profile", faultfs.PosixMin().Name, "`PROFILE` of the disks")
	to.DurationVar(&f.limit, "for", 0, "stop after this time; 0 means no limit")
	return c
}

// bounds parses --seeds.
func (f *flags) bounds() (first, last uint64, err error) {
	from, to, isRange := strings.Cut(f.seeds, "..")
	if !isRange {
		to = from
	}
	first, err = strconv.ParseUint(from, 10, 64)
	if err == nil {
		last, err = strconv.ParseUint(to, 10, 64)
	}
	if err != nil || last < first {
		return 0, 0, fmt.Errorf("%w: --seeds %q is neither a number nor a range such as 1..100", errUsage, f.seeds)
	}
	return first, last, nil
}

const stepsMax, nodesMax = 10_000_000, 15

func (f *flags) validate() (err error) {
	switch s := &f.spec; {
	case s.Steps < 1 || s.Steps > stepsMax:
		return fmt.Errorf("%w: --steps is %d; choose 1 to %d", errUsage, s.Steps, stepsMax)
	case s.Nodes < 1 || s.Nodes > nodesMax:
		return fmt.Errorf("%w: --nodes is %d; choose 1 to %d", errUsage, s.Nodes, nodesMax)
	case s.Clients < 1 || s.Clients > nodesMax:
		return fmt.Errorf("%w: --clients is %d; choose 1 to %d", errUsage, s.Clients, nodesMax)
	case s.Words < 0:
		return fmt.Errorf("%w: --words is %d; choose 0 for none", errUsage, s.Words)
	case f.wordsEvery == 0:
		return fmt.Errorf("%w: --words-every is 0; choose 1 for every seed", errUsage)
	}
	if f.spec.Profile, err = faultfs.ProfileNamed(f.profile); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return nil
}

func (f *flags) run(ctx context.Context, to io.Writer) error {
	first, last, err := f.bounds()
	if err == nil {
		err = f.validate()
	}
	if err != nil {
		return err
	}
	if f.limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, f.limit)
		defer stop()
	}
	var sum cluster.Figures
	runs, open := 0, 0
	for seed := first; ; seed++ {
		broken, undecided, err := f.one(ctx, seed, &sum)
		switch {
		case ctx.Err() != nil && len(broken) == 0:
			return f.end(to, runs, open, &sum)
		case err != nil:
			return err
		case len(broken) > 0:
			return f.found(to, seed, broken)
		}
		runs++
		if undecided != "" {
			open++
			fmt.Fprintf(to, "seed %d: %s\n", seed, undecided)
		}
		if seed == last {
			return f.end(to, runs, open, &sum)
		}
	}
}

// one runs one seed. It returns the violations, and why a judge reached no verdict, if one did not.
func (f *flags) one(ctx context.Context, seed uint64, sum *cluster.Figures) (broken []string, undecided string, err error) {
	spec := f.spec
	spec.Seed = seed
	if (seed-1)%f.wordsEvery != 0 {
		spec.Words = 0
	}
	out, err := cluster.Run(ctx, spec)
	if err != nil {
		return nil, "", err
	}
	sum.Add(&out.Figures)
	broken = out.Violations
	for _, r := range cluster.Judge(ctx, out.History) {
		switch r.Verdict {
		case checker.Fail:
			for _, v := range r.Violations {
				broken = append(broken, v.Sentence)
			}
		case checker.Inconclusive:
			undecided = r.Reason
		case checker.Pass:
		}
	}
	return broken, undecided, nil
}

func (f *flags) found(to io.Writer, seed uint64, broken []string) error {
	fmt.Fprintf(to, "FAIL  seed %d\n\n", seed)
	for _, b := range broken {
		fmt.Fprintf(to, "✗ %s\n", b)
	}
	fmt.Fprintf(to, "\n  replay  go -C workloads/cluster run ./cmd/cluster-torture --seeds %d --steps %d --nodes %d --clients %d --words %d --words-every %d --profile %s\n",
		seed, f.spec.Steps, f.spec.Nodes, f.spec.Clients, f.spec.Words, f.wordsEvery, f.profile)
	return errFinding
}

func (f *flags) end(to io.Writer, runs, open int, s *cluster.Figures) error {
	verdict, err := "PASS", error(nil)
	if runs == 0 || open > 0 {
		verdict, err = "INCONCLUSIVE", errInconclusive
	}
	fmt.Fprintf(to, "%s  %d runs of %d steps\n\n", verdict, runs, f.spec.Steps)
	fmt.Fprintf(to, "  clients   %d operations answered, %d unanswered\n", s.Acked, s.Unanswered)
	fmt.Fprintf(to, "  group     %d leaders, %d snapshots received and %d cut short, %d nodes replaced in %d changes of membership\n",
		s.Leaders, s.Snapshots, s.Interrupted, s.Replaced, s.Changes)
	fmt.Fprintf(to, "  faults    %d power cuts, %d disk faults and %d rotten disks, which stopped nodes %d times, %d disks lost, %d partitions, %d messages cut off\n",
		s.PowerCuts, s.DiskFaults, s.Rotten, s.Stops, s.Disasters, s.Partitions, s.Lost)
	fmt.Fprintf(to, "            nodes paused %d times, started on another node's store %d times, asked after their removal %d times and after another was elected %d times\n",
		s.Halts, s.Mistakes, s.Lingered, s.Deposed)
	fmt.Fprintf(to, "  words     %d given, judged in %d crash images of %d crash points, %d of which were exhausted\n",
		s.Words, s.WordImages, s.WordPoints, s.WordPointsExhaustive)
	return err
}
