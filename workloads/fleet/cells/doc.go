// Package cells runs a cell of a fleet's campaign as a soak would: in a child process. If the engine panics, exits, spins or
// exhausts memory, that costs the cell and is a finding, and the worker goes on. Children need Linux; see package apart.
package cells
