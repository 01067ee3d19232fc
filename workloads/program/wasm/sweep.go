package wasm

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

// Swept is the result of a sweep over seeds.
type Swept struct {
	Seed      uint64             // the first seed that failed or, if none did, the last one run
	Seeds     int                // number of seeds run
	Courses   int                // number of distinct runs (operations and acknowledgements) among them; only these were searched
	Nested    int                // crashes during recovery, which the figures of the result do not include
	Recording *program.Recording // of Seed
	// Switches is how many of the seed's Of goroutine switches suffice to show the findings. Both are 0 if all are needed or
	// shrinking was not tried.
	Switches, Of uint64
	Result       *program.Result // the findings of Seed, with the figures of all seeds
}

// Sweep records the program from one seed after another and searches each recording, until a search finds something. Seeds that
// give equal recordings are searched once. The error is that of the search, or says that the program could not be run; the result
// has what was found before.
func (w *Way) Sweep(ctx context.Context, seeds schedule.Seeds, o program.Options) (*Swept, error) {
	swept := &Swept{}
	before := w.nestings.Load()
	defer func() { swept.Nested = int(w.nestings.Load() - before) }()
	searched := map[[sha256.Size]byte]bool{}
	for seed := seeds.First; seed <= seeds.Last && ctx.Err() == nil; seed++ {
		w.Seed(seed)
		rec, err := w.Record(ctx)
		if err != nil {
			return swept, err
		}
		swept.Seed, swept.Recording = seed, rec
		swept.Seeds++
		course, err := courseOf(rec)
		if err != nil {
			return swept, err
		}
		if !searched[course] {
			searched[course] = true
			swept.Courses++
			result, err := program.Explore(ctx, rec, w, o)
			swept.Result = merged(swept.Result, result)
			switch {
			case err != nil:
				return swept, err
			case len(result.Findings) > 0:
				return swept, w.shrink(ctx, swept, result, o)
			}
		}
		if seed == seeds.Last {
			break // seeds.Last may be the largest number, and seed++ would wrap around
		}
	}
	return swept, context.Cause(ctx)
}

// courseOf hashes what a program did to its disk, and what it acknowledged and when.
func courseOf(rec *program.Recording) (course [sha256.Size]byte, err error) {
	h := sha256.New()
	err = json.NewEncoder(h).Encode(struct {
		Trace []faultfs.Op
		Acks  []program.Ack
		Ended string
	}{rec.Trace, rec.Acks, rec.Ended})
	return [sha256.Size]byte(h.Sum(nil)), err
}

// merged adds the result of a search to those of earlier seeds, which found nothing. A sweep passes only if all of them pass,
// because a seed with an inconclusive search may be the one that would have failed.
func merged(before, one *program.Result) *program.Result {
	if before == nil {
		return one
	}
	sum := *one
	sum.Ops += before.Ops
	sum.Acks += before.Acks
	sum.Tally = added(before.Tally, one.Tally)
	sum.Ended = cmp.Or(one.Ended, before.Ended)
	if len(one.Findings) == 0 {
		sum.Inconclusive = cmp.Or(before.Inconclusive, one.Inconclusive)
		sum.Passed = before.Passed && one.Passed
	}
	return &sum
}

func added(a, b program.Tally) program.Tally {
	return program.Tally{
		Points: a.Points + b.Points, Exhaustive: a.Exhaustive + b.Exhaustive, Sampled: a.Sampled + b.Sampled, AtStake: a.AtStake + b.AtStake,
		Images: a.Images + b.Images, AfterAcks: a.AfterAcks + b.AfterAcks, Repeated: a.Repeated + b.Repeated, Skipped: a.Skipped + b.Skipped,
		Failed: a.Failed + b.Failed, Strayed: a.Strayed + b.Strayed, LostBytes: a.LostBytes + b.LostBytes,
	}
}

var _ program.Way = (*Way)(nil)
