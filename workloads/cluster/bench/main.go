package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"
)

// store is what is measured.
type store interface {
	start(ctx context.Context, m *members) error // returns once the members serve
	put(ctx context.Context, member int, key string, value []byte) error
	get(ctx context.Context, member int, key string) error
	close() error
}

type flags struct {
	replica, etcd, dir string
	rounds             int
	load               load
}

func main() {
	f := &flags{}
	flag.StringVar(&f.replica, "replica", "", "`FILE` of lightning-replica")
	flag.StringVar(&f.etcd, "etcd", "", "`FILE` of etcd")
	flag.StringVar(&f.dir, "dir", os.TempDir(), "`DIR` below which the members keep their data")
	flag.IntVar(&f.rounds, "rounds", 5, "`N` rounds")
	flag.IntVar(&f.load.clients, "clients", 32, "`N` clients")
	flag.IntVar(&f.load.keys, "keys", 10_000, "`N` different keys, of 16 bytes")
	flag.IntVar(&f.load.valueBytes, "value-bytes", 100, "`N` bytes of a value")
	flag.DurationVar(&f.load.lasts, "lasts", 5*time.Second, "`TIME` of each measurement")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := f.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// names are the stores, in the order of the columns.
var names = []string{"Lightning", "etcd"}

func (f *flags) run(ctx context.Context) error {
	if f.replica == "" || f.etcd == "" {
		return errors.New("--replica and --etcd name the two programs; build or install them first")
	}
	measured := map[string]map[string][]measurement{}
	for round := range f.rounds {
		order := slices.Clone(names)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, name := range order {
			one, err := f.round(ctx, name)
			if err != nil {
				return fmt.Errorf("round %d of %s: %w", round+1, name, err)
			}
			for work, m := range one {
				if measured[work] == nil {
					measured[work] = map[string][]measurement{}
				}
				measured[work][name] = append(measured[work][name], m)
				fmt.Fprintf(os.Stderr, "round %d: %s, %s: %.0f/s, p50 %v, p99 %v\n", round+1, name, work, m.perSecond, m.p50, m.p99)
			}
		}
	}
	return f.table(measured)
}

// round measures one store once.
func (f *flags) round(ctx context.Context, name string) (result map[string]measurement, err error) {
	var s store = &replicaStore{program: f.replica}
	if name == "etcd" {
		s = &etcdStore{program: f.etcd}
	}
	m, err := newMembers(f.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close(), m.close()) }()
	if err := s.start(ctx, m); err != nil {
		return nil, err
	}
	result = map[string]measurement{}
	for _, work := range []string{"put", "get"} {
		if result[work], err = f.load.measure(ctx, s, work); err != nil {
			return nil, fmt.Errorf("%s: %w", work, err)
		}
	}
	return result, nil
}

func (f *flags) table(measured map[string]map[string][]measurement) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| work\t| clients\t| Lightning/s\t| etcd/s\t| ratio\t| p50 ms\t| p50 ms, etcd\t| p99 ms\t| p99 ms, etcd\t|")
	fmt.Fprintln(w, "|---\t|--:\t|--:\t|--:\t|--:\t|--:\t|--:\t|--:\t|--:\t|")
	for _, work := range []string{"put", "get"} {
		ours, theirs := measured[work][names[0]], measured[work][names[1]]
		var ratios []float64
		for i := range ours {
			ratios = append(ratios, ours[i].perSecond/theirs[i].perSecond)
		}
		rate := func(m measurement) float64 { return m.perSecond }
		p50 := func(m measurement) float64 { return milliseconds(m.p50) }
		p99 := func(m measurement) float64 { return milliseconds(m.p99) }
		fmt.Fprintf(w, "| %s\t| %d\t| %.0f\t| %.0f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t|\n", work, f.load.clients,
			median(ours, rate), median(theirs, rate), middle(ratios), median(ours, p50), median(theirs, p50), median(ours, p99), median(theirs, p99))
	}
	return w.Flush()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(all []measurement, of func(measurement) float64) float64 {
	var values []float64
	for _, m := range all {
		values = append(values, of(m))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
