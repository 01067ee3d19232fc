package evidence

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Nobody can recover a panic in a goroutine that the engine has started: it ends the process and the run, as os.Exit
// does. A program that runs the lab in a child process, as the command does, learns from Options.Running what is in
// progress, reads what the child leaves, and turns it into a finding here.

// DiedOf turns the death of the process of a run into a finding; the token identifies what was running. The error is
// ErrBadToken.
func DiedOf(targets []contract.Target, token string, d *apart.Death) (*Finding, error) {
	target, s, at, err := DecodeToken(token, targets)
	if err != nil {
		return nil, err
	}
	f := explore.Failure{Judge: "process", Tick: at.Tick, Count: 1}
	f.Violation = violationOf(d)
	for _, c := range stack.Calls(d.Output) {
		f.Evidence = append(f.Evidence, c.Place+" "+stack.ShortName(c.Function))
	}
	return &Finding{
		ID: f.Fingerprint(), Judge: f.Judge, Class: f.Class, Workload: s.Workload, Fault: s.Fault, Profile: s.Profile, Device: s.Device,
		Limits: s.Limits, Seed: s.Seed, Clients: s.Size.Clients, CrashTick: at.Tick, Sentence: worded(f.Sentence), Evidence: evidenceLines(&target, &plan.Fault{}, &f),
		Trace: []TraceLine{}, Count: 1, Token: Token(target.Name, s, at),
	}, nil
}

// violationOf returns the violation of an engine that ended the process. It is identified by where the engine did so and by the
// words of the Go runtime, if it was an error that the runtime detected, or the last line of a log.
func violationOf(d *apart.Death) checker.Violation {
	if d.Output == "" {
		v := checker.Violation{Class: "exit", Cause: d.Log}
		v.Sentence = fmt.Sprintf("the engine ended the process with exit code %d, as os.Exit and log.Fatal do", d.Code)
		if d.Log != "" {
			v.Sentence += "; the last line of its log: " + d.Log
		}
		return v
	}
	function, _ := stack.Blame(d.Output)
	reason, fatal := stack.Reason(d.Output)
	v := checker.Violation{Class: "panic", Check: stack.Panicked(d.Output)}
	if fatal || strings.HasPrefix(reason, "runtime error: ") {
		v.Cause = reason
	}
	if fatal {
		v.Class = "fatal error"
		v.Sentence = fmt.Sprintf("the engine caused a fatal error of the Go runtime, in %s, which ended the process: %s", function, reason)
		return v
	}
	v.Sentence = fmt.Sprintf("the engine panicked in a goroutine of its own, in %s, and ended the process: %s", function, reason)
	return v
}
