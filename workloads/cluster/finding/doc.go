// Package finding shrinks and explains violations that package cluster finds.
//
// A run is a list of events (cluster.Event). An event states everything that could depend on other events, such as the
// node that it hits, and the rest is drawn from the seed and the event. So an event can be left out without changing
// the others. Shrink leaves out events and steps as long as the run still breaks the same promise.
//
//   - F1: the smallest run was executed, and broke the promise.
//
//   - F2: no single event can be left out, unless the finding says that the budget ran out first. The budget is a number
//     of runs and steps, not a time, so a finding shrinks alike on any machine.
//
//   - F3: a token holds the whole run. Replaying it does what the smallest run did, step by step.
//
//   - F4: an explanation is an experiment. An event is needed if the same run without it does not break the promise. A
//     power cut is replaced by a kill, after which the disk keeps everything, if the kill breaks the promise too. The
//     missing order on a disk is found by the experiments of package explain.
//
//   - F5: once the context is done, no run starts, and the one under way ends at its next step.
//
// Its files:
//
//	finding.go  a finding and its experiments
//	shrink.go   the smallest run
//	token.go    the run as a line of text
//	save.go     saved findings
//	text.go     the finding in words
//
// Only one goroutine of a process at a time can shrink or replay, see cluster.Run.
package finding
