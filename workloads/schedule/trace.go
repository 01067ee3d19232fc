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

// trace is a running hash of everything that passes between the program and the host.
type trace struct{ sum hash.Hash64 }

func newTrace() trace { return trace{fnv.New64a()} }

func (t *trace) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	_, _ = t.sum.Write(b[:]) // a hash never fails
}

// values notes numbers of the given types. NB: there may be more values than types, and the upper half of a 32-bit
// value is undefined.
func (t *trace) values(types []api.ValueType, values []uint64) {
	for i, kind := range types {
		v := values[i]
		if kind == api.ValueTypeI32 {
			v = uint64(uint32(v))
		}
		t.number(v)
	}
}

// sink passes on the output of a program.
type sink struct {
	trace *trace
	to    io.Writer // may be nil
	early []byte    // output while keeps was set
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

// exchange replaces the writer and prints the kept output to the new one.
func (s *sink) exchange(to io.Writer) {
	if s.to = to; to != nil && len(s.early) > 0 {
		_, _ = to.Write(s.early) // an error is ignored, as for the program's own writes
	}
}

// eio is EIO in wasip1. wazero returns it for every error it has no name for.
const eio = 29

// hostCalls notes calls of host functions in the trace of the run that makes them.
type hostCalls struct{}

// NewFunctionListener makes wazero call Before and After around every host function except yield, whose calls the
// switcher notes.
func (h hostCalls) NewFunctionListener(f api.FunctionDefinition) experimental.FunctionListener {
	if slices.Contains(f.ExportNames(), yield) {
		return nil
	}
	return h
}

// Before notes the call and its arguments, and informs the files of the job.
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

// After notes the results, after replacing the errno among them by the one that the files of the job have for it.
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

// Abort notes nothing, because the outcome says how the program ended.
func (hostCalls) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}
