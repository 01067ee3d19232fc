// Command cluster-torture tortures a group of replicated Lightning nodes, one seed after another, until a promise is
// broken or no seed is left. It shrinks, explains and saves what it finds.
//
//	go -C workloads/cluster run ./cmd/cluster-torture --seeds 1..1000
//	go -C workloads/cluster run ./cmd/cluster-torture --seeds 17     # repeat one run
//	go -C workloads/cluster run ./cmd/cluster-torture --replay TOKEN # repeat what is left of a run after shrinking
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/cluster/finding"
)

// The exit codes are the same as lightning-torture's.
const (
	exitFinding      = 1
	exitUsage        = 2
	exitInconclusive = 3
	exitHost         = 4
	exitDiverged     = 5
)

var (
	errFinding      = errors.New("a promise was broken")
	errInconclusive = errors.New("a judge reached no verdict")
	errUsage        = errors.New("bad usage")
	errDiverged     = errors.New("the violation does not show again")
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
	case errors.Is(err, errDiverged):
		fmt.Fprintln(os.Stderr, "cluster-torture:", err)
		os.Exit(exitDiverged)
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
	replay, format string
	dir            string
	shrink         bool
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
	to.StringVar(&f.replay, "replay", "", "run the `TOKEN` or saved file of a finding again, and nothing else")
	to.BoolVar(&f.shrink, "shrink", true, "shrink and explain what is found")
	to.StringVar(&f.dir, "dir", filepath.Join(".torture", "cluster"), "save findings in `DIR`")
	to.StringVar(&f.format, "format", "text", "print the result as `text or json`")
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

const stepsMax, nodesMax = finding.MaxSteps, finding.MaxNodes

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
	case f.format != "text" && f.format != "json":
		return fmt.Errorf("%w: --format is %q; choose text or json", errUsage, f.format)
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
	if f.replay != "" {
		return f.again(ctx, to)
	}
	if f.limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, f.limit)
		defer stop()
	}
	r := &result{}
	for seed := first; ; seed++ {
		out, spec, err := f.one(ctx, seed)
		switch {
		case ctx.Err() != nil && out == nil:
			return f.end(to, r)
		case err != nil:
			return err
		}
		r.Figures.Add(&out.Figures)
		all, undecided := out.Judge(ctx)
		switch {
		case len(all) > 0:
			return f.found(ctx, to, r, spec, all, out.Events)
		case undecided != "":
			r.Open = append(r.Open, fmt.Sprintf("seed %d: %s", seed, undecided))
		}
		r.Runs++
		if seed == last {
			return f.end(to, r)
		}
	}
}

// result is what --format json prints.
type result struct {
	Verdict string           `json:"verdict"`
	Runs    int              `json:"runs"`
	Open    []string         `json:"open,omitempty"` // the runs about which a judge reached no verdict
	Figures cluster.Figures  `json:"figures"`
	Finding *finding.Finding `json:"finding,omitempty"`
	Saved   string           `json:"saved,omitempty"`
	Replay  string           `json:"replay,omitempty"`
}

// one runs one seed.
func (f *flags) one(ctx context.Context, seed uint64) (*cluster.Outcome, cluster.Spec, error) {
	spec := f.spec
	spec.Seed = seed
	if (seed-1)%f.wordsEvery != 0 {
		spec.Words = 0
	}
	out, err := cluster.Run(ctx, spec)
	return out, spec, err
}

// replayCommand is the command line before a token.
const replayCommand = "go -C workloads/cluster run ./cmd/cluster-torture --replay"

func (f *flags) found(ctx context.Context, to io.Writer, r *result, spec cluster.Spec, all []cluster.Violation, events []cluster.Event) error {
	r.Verdict = "FAIL"
	if f.shrink {
		r.Finding = finding.Of(ctx, spec, all, events)
	} else {
		r.Finding = finding.Plain(spec, all)
	}
	r.Replay = fmt.Sprintf("go -C workloads/cluster run ./cmd/cluster-torture --seeds %d --steps %d --nodes %d --clients %d --words %d --words-every %d --profile %s",
		spec.Seed, f.spec.Steps, f.spec.Nodes, f.spec.Clients, f.spec.Words, f.wordsEvery, f.profile)
	if r.Finding.Token != "" {
		r.Replay = replayCommand + " " + r.Finding.Token
	}
	var err error
	if f.shrink {
		r.Saved, err = r.Finding.Save(f.dir)
	}
	return errors.Join(f.print(to, r, fmt.Sprintf("FAIL  seed %d", spec.Seed)), err, errFinding)
}

// printed prints a result as JSON.
func printed(to io.Writer, r *result) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// print prints a finding.
func (f *flags) print(to io.Writer, r *result, title string) error {
	if f.format == "json" {
		return printed(to, r)
	}
	fmt.Fprintf(to, "%s\n\n", title)
	r.Finding.Write(to)
	fmt.Fprintf(to, "  replay   %s\n", r.Replay)
	if r.Saved != "" {
		fmt.Fprintf(to, "  saved    %s\n", r.Saved)
	}
	return nil
}

// again repeats the run of a token.
func (f *flags) again(ctx context.Context, to io.Writer) error {
	spec, err := finding.Load(f.replay)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	r := &result{Verdict: "FAIL", Runs: 1, Finding: finding.Replay(ctx, spec)}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case r.Finding == nil:
		return errDiverged
	}
	r.Replay = replayCommand + " " + r.Finding.Token
	return errors.Join(f.print(to, r, fmt.Sprintf("FAIL  again, with what is left of seed %d", spec.Seed)), errFinding)
}

func (f *flags) end(to io.Writer, r *result) error {
	s, err := &r.Figures, error(nil)
	r.Verdict = "PASS"
	if r.Runs == 0 || len(r.Open) > 0 {
		r.Verdict, err = "INCONCLUSIVE", errInconclusive
	}
	if f.format == "json" {
		return errors.Join(printed(to, r), err)
	}
	for _, open := range r.Open {
		fmt.Fprintln(to, open)
	}
	fmt.Fprintf(to, "%s  %d runs of %d steps\n\n", r.Verdict, r.Runs, f.spec.Steps)
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
