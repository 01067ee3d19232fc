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

// BenchmarkCrashImages measures how many crash images per second the lab checks on a store of 2,000 keys of 100 bytes.
// Each image is recovered by the engine, read back in full and judged. It also reports the time of each part in
// microseconds per image: making crash points and images; the engine's open, read and close; and judging, which
// includes the search and the bookkeeping. The garbage collector runs as rarely as in the command, which about doubles
// the rate.
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
