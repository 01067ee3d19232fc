// Package hosted joins packages wasm and native: a Go program runs through WebAssembly, and the checker that judges its stores is a
// command of this machine. It knows neither commands nor soaks. Callers: the command exec, and the soaks of programs.
package hosted
