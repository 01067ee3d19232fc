// Package postmortem decides what the death of a child means. If the engine killed the process, it is a finding; if something else
// did, it is bad luck and the cell is repeated; a cell whose process dies every time is lost.
//
// Callers: the soak and the workers of a fleet (workloads/fleet), which run the children. The package keeps no state.
package postmortem
