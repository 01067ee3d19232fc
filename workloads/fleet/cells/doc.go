// Package cells does a cell of a fleet's campaign as a soak would: in a child process, so that an engine that panics, exits, spins or
// eats memory costs the cell and is a finding. The worker itself goes on. Children need Linux (package apart).
package cells
