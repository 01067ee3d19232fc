package hosted

import (
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
)

// Spec says how a program is run through WebAssembly and judged. It is what a saved finding of such a program contains.
type Spec struct {
	wasm.Spec
	Host *native.Spec `json:"host,omitempty"` // how the checker runs if it is a command of this machine
}

// New returns the spec of a program that is judged as host says. The checker runs through WebAssembly if it can.
func New(s wasm.Spec, host *native.Spec) *Spec {
	s.Program, s.Setup, s.Check, s.Dump, s.Stdout = host.Program, host.Setup, host.Check, host.Dump, host.Stdout
	spec := &Spec{Spec: s}
	if !spec.JudgedHere() {
		spec.Host = host
	}
	return spec
}

// Search returns how to search a recording if the checker is a command of this machine, which works in the directory dir; otherwise
// nil. It becomes wasm.Way.Host.
func (s *Spec) Search(dir string) func(*program.Recording) program.Way {
	if s.Host == nil {
		return nil
	}
	s.Host.EnsureDefaults()
	return func(rec *program.Recording) program.Way { return &native.Copies{Spec: *s.Host, Dir: dir, Rec: rec} }
}
