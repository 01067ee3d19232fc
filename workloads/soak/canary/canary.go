package canary

import (
	"context"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Sight is what the lab saw of the planted bug.
type Sight struct {
	Caught bool
	Images int    // crash images recovered
	Reason string // why the bug was not found
}

// Try runs the lab on the store with the planted bug. The run is a function of the seed. The error is the lab's or that of ctx.
func Try(ctx context.Context, seed uint64) (Sight, error) { return try(ctx, target(false), seed) }

func try(ctx context.Context, store torture.Target, seed uint64) (Sight, error) {
	r, err := torture.Check(ctx, store, torture.Options{
		Workloads: []string{"register"}, Faults: []string{"power"}, Profile: "posix-min", Seed: seed, Rounds: rounds, Clients: 1, Ops: 20, Keys: 8,
		StopAfter: 1, NoShrink: true, Known: func(string) bool { return true }, // skip explaining the finding
	})
	if err != nil {
		return Sight{}, err
	}
	if ctx.Err() != nil {
		return Sight{}, context.Cause(ctx)
	}
	s := Sight{Images: r.Images}
	for _, f := range r.Findings {
		s.Caught = s.Caught || f.Class == class
	}
	if !s.Caught {
		s.Reason = fmt.Sprintf("a store that does not sync its log was not found to lose commits in %d crash images of %d runs", r.Images, r.Runs)
		if len(r.Reasons) > 0 {
			s.Reason += ": " + strings.Join(r.Reasons, "; ")
		}
	}
	return s, nil
}

// class is the class of findings that the planted bug causes; any other class would be a different bug.
const class = "lost"

// rounds is the number of runs in which the bug must be found. The first one nearly always suffices.
const rounds = 3
