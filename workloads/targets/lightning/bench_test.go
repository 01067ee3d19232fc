package lightning_test

import (
	"context"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// BenchmarkCrashImages tells how many crash images a second the lab checks on a store of 2,000 keys of 100 bytes: each
// is recovered by the engine, read back whole and judged. The parts are timed apart, in microseconds an image: making
// crash points and images, the engine's open, read and close, and judging with the search and the book-keeping. Memory is
// collected as seldom as the command does, which makes twice as many images of it.
func BenchmarkCrashImages(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(500))
	for _, workload := range []string{"register", "kv", "bank"} {
		b.Run(workload, func(b *testing.B) {
			var images, nested, spent, seconds float64
			var part torture.Spent
			for i := range b.N {
				r, err := torture.Check(context.Background(), lightning.Target(), torture.Options{
					Workloads: []string{workload}, Faults: []string{"power"}, Seed: uint64(i + 1),
					Keys: 2000, Ops: 40, Clients: 1, Rounds: 1, Limits: torture.UsualLimits,
				})
				require.NoError(b, err)
				require.Equal(b, checker.Pass, r.Verdict, "%v %v", r.Findings, r.Reasons)
				n, s := float64(r.Images), r.Spent
				images, nested, seconds = images+n, nested+float64(r.NestedImages), seconds+n/r.ImagesPerSecond
				part.Making += s.Making
				part.Open += s.Open
				part.Read += s.Read
				part.Close += s.Close
				part.Write += s.Write
				part.Judging += s.Judging
			}
			spent = part.Making + part.Open + part.Read + part.Close + part.Write + part.Judging
			b.ReportMetric(images/seconds, "images/s")
			b.ReportMetric((part.Making+part.Judging)/spent, "lab-share")
			b.ReportMetric(nested/images, "nested-share")
			for _, p := range []struct {
				name    string
				seconds float64
			}{
				{"making", part.Making},
				{"open", part.Open},
				{"read", part.Read},
				{"close", part.Close},
				{"write", part.Write},
				{"judging", part.Judging},
			} {
				b.ReportMetric(p.seconds/images*1e6, p.name+"-µs/image")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
