// Package postmortem says what the end of a child means: that the engine ended the process is a finding, that somebody else did is
// bad luck, and a cell whose process ends each time is lost.
//
// Callers are the soak and the workers of a fleet (workloads/fleet), which run children themselves. The package keeps nothing.
package postmortem
