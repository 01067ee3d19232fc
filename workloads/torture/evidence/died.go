package evidence

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// A panic in a goroutine that the engine has started cannot be recovered by anybody: it ends the process, and the run
// with it. A program that runs the lab in a process of its own, as the command does, learns from Options.Running what
// was going on, reads what the Go runtime wrote at the end, and turns it into a finding here.

// Died makes a finding of a panic of the engine that ended the process of a run. The output is what the Go runtime
// wrote; the token repeats what was going on. The error is ErrBadToken.
func Died(targets []contract.Target, token, output string) (*Finding, error) {
	target, s, at, err := DecodeToken(token, targets)
	if err != nil {
		return nil, err
	}
	function, _ := stack.Blame(output)
	reason, _, _ := strings.Cut(strings.TrimSpace(output), "\n")
	reason = strings.TrimSuffix(strings.TrimPrefix(reason, "panic: "), " [recovered, repanicked]")
	f := explore.Failure{Judge: "process", Tick: at.Tick, Count: 1}
	f.Class = "panic"
	f.Sentence = fmt.Sprintf("the engine panicked in a goroutine of its own, in %s, and ended the process: %s", function, reason)
	for _, c := range stack.Calls(output) {
		f.Evidence = append(f.Evidence, c.Place+" "+stack.ShortName(c.Function))
	}
	return &Finding{
		ID: f.Fingerprint(), Judge: f.Judge, Class: f.Class, Workload: s.Workload, Fault: s.Fault, Profile: s.Profile, Device: s.Device,
		Limits: s.Limits, Seed: s.Seed, Clients: s.Size.Clients, CrashTick: at.Tick, Sentence: capitalized(f.Sentence), Evidence: evidenceLines(&f),
		Trace: []TraceLine{}, Count: 1, Token: Token(target.Name, s, at),
	}, nil
}
