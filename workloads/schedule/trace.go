package schedule

import (
	"context"
	"encoding/binary"
	"hash"
	"hash/fnv"
	"io"
	"slices"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// trace is a running hash of what passes between the program and the host.
type trace struct{ sum hash.Hash64 }

func newTrace() trace { return trace{fnv.New64a()} }

func (t *trace) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	_, _ = t.sum.Write(b[:]) // a hash takes everything
}

// values notes numbers of the given types. NB: there may be more values than types, and the upper half of one of 32 bits
// is whatever was in the register.
func (t *trace) values(types []api.ValueType, values []uint64) {
	for i, kind := range types {
		v := values[i]
		if kind == api.ValueTypeI32 {
			v = uint64(uint32(v))
		}
		t.number(v)
	}
}

// sink passes on what a program prints.
type sink struct {
	trace *trace
	to    io.Writer // may be nil
	early []byte    // what was printed while keeps was set
	keeps bool
}

func (s *sink) Write(b []byte) (int, error) {
	_, _ = s.trace.sum.Write(b)
	if s.keeps {
		s.early = append(s.early, b...)
	}
	if s.to == nil {
		return len(b), nil
	}
	return s.to.Write(b)
}

// exchange replaces the writer, and prints to the new one what was printed early.
func (s *sink) exchange(to io.Writer) {
	if s.to = to; to != nil && len(s.early) > 0 {
		_, _ = to.Write(s.early) // as for the program, it is the writer's loss
	}
}

// eio is EIO in wasip1. wazero returns it for every error that it has no name for.
const eio = 29

// hostCalls notes the calls of functions of the host in the trace of the run that makes them.
type hostCalls struct{}

// NewFunctionListener makes wazero call Before and After around every function of the host but yield, whose calls the
// switcher notes.
func (h hostCalls) NewFunctionListener(f api.FunctionDefinition) experimental.FunctionListener {
	if slices.Contains(f.ExportNames(), yield) {
		return nil
	}
	return h
}

// Before notes the call and its arguments, and tells the files of the job.
func (hostCalls) Before(
	ctx context.Context, _ api.Module, f api.FunctionDefinition, args []uint64, _ experimental.StackIterator,
) {
	w := worldOf(ctx)
	if w.files != nil {
		w.files.Begin(f.Name())
	}
	if w.again != nil {
		w.again.called(f.Name(), args)
	}
	_, _ = io.WriteString(w.trace.sum, f.Name())
	w.trace.values(f.ParamTypes(), args)
}

// After notes the results, once the error among them is the one that the files of the job mean.
func (hostCalls) After(ctx context.Context, module api.Module, f api.FunctionDefinition, results []uint64) {
	w := worldOf(ctx)
	if w.again != nil && len(f.ResultTypes()) == 1 {
		w.again.returned(module, f.Name(), uint32(results[0]))
	}
	if w.files != nil {
		if errno := w.files.Errno(); errno != 0 && len(f.ResultTypes()) == 1 && uint32(results[0]) == eio {
			results[0] = uint64(errno)
		}
	}
	w.trace.values(f.ResultTypes(), results)
}

// Abort has nothing to note: the outcome says how the program ended.
func (hostCalls) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}
