package checker

import (
	"bytes"
	"errors"
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/checker/internal/sweep"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// A key is judged by its values if a value does not identify its writer: if two operations assign the same value, if an
// operation has a condition, or if an operation changes what is there. Otherwise the key is judged by its writers, which
// is faster, because an open write is settled as soon as somebody has seen it.

// byValue returns, by entry, whether the key is judged by its values.
func (t *timeline) byValue() []bool {
	chosen := make([]bool, len(t.entries))
	for k := range t.entries {
		chosen[k] = t.entries[k].repeats
	}
	for i := range t.ops {
		op := &t.ops[i]
		for j := range op.If {
			if k, known := t.lookup(op.If[j].Key); known {
				chosen[k] = true
			}
		}
		for j := range op.Writes {
			if op.Writes[j].Change != history.Assign && op.Wrote() {
				k, _ := t.lookup(op.Writes[j].Key)
				chosen[k] = true
			}
		}
	}
	return chosen
}

// firstSteps is how many steps are tried on each key before any key gets more.
const firstSteps = 1 << 16

// checkByValue adds a violation if the operations on one of the keys have no order, judged by the values of the key. A
// key whose search takes long is put off until the others have been tried, since one of them may soon show a
// violation.
func (s *search) checkByValue(r Result, keys []int32, final *history.State) Result {
	all, limits := s.limits.Steps, s.limits
	defer func() { s.limits, s.values, s.settled = limits, nil, nil }()
	if s.anyClients {
		s.limits.Clients = math.MaxInt
	}
	var unclear Result // of the first key without an answer
	for share := firstSteps; len(keys) > 0; share *= 2 {
		var hard []int32
		for _, k := range keys {
			s.limits.Steps = min(all, s.tried+share)
			one, again := s.checkKey(Result{Judge: r.Judge, Verdict: Pass}, k, final)
			switch {
			case one.Verdict == Fail:
				return one
			case one.Verdict == Pass:
			case again && s.tried <= all && s.ctx.Err() == nil:
				hard = append(hard, k)
			case unclear.Reason == "":
				unclear = one
			}
		}
		keys = hard
	}
	if unclear.Reason != "" {
		return unclear
	}
	return r
}

// checkKey judges one key. There are two searches, and each is fast where the other may not be. The sweep keeps all
// states that are possible at a moment, which are few if few operations run at once. The other search looks for a
// single order, piece by piece. If there is no answer, again reports whether more steps may help.
func (s *search) checkKey(r Result, k int32, final *history.State) (v Result, again bool) {
	s.values, s.settled = newVocabulary(), nil
	start := nothing
	if s.timeline.entries[k].loaded {
		start = s.values.write(string(s.timeline.entries[k].value))
	}
	steps := s.values.relevant(s.actsOn(int(k), final))
	var given error // why the sweep was given up
	if !s.values.derived {
		if v, given = s.sweep(r, start, k, steps); given == nil {
			return v, false
		}
	}
	v = s.inPieces(r, start, k, steps)
	if v.Verdict == Inconclusive && s.tried <= s.limits.Steps && given != nil {
		return r.unclear("the search for an order of %d operations on %s was given up: %v", len(steps), s.keyName(k), given), !errors.Is(given, sweep.ErrCrowded)
	}
	return v, s.tried > s.limits.Steps
}

// inPieces judges one key piece by piece. A piece ends at a moment at which it is certain what the key holds.
func (s *search) inPieces(r Result, start, k int32, steps []step) Result {
	for len(steps) > 0 {
		n, after := known(steps)
		if n > s.limits.WindowOps {
			return r.unclear("%d operations on %s lie between two moments at which it is certain what it held; the limit is %d",
				n, s.keyName(k), s.limits.WindowOps)
		}
		if r = s.checkFrom(r, group{start}, []int32{k}, steps[:n]); r.Verdict != Pass {
			return r
		}
		start, s.settled, steps = after, steps[n-1].op, steps[n:]
	}
	return r
}

// sweep adds a violation if the steps on a key, none of which computes a value, have no order. It may use half of the
// steps that are left. The error says why it was given up.
func (s *search) sweep(r Result, start, k int32, steps []step) (Result, error) {
	if n := inFlight(steps); n > s.limits.Clients {
		return r.unclear("%d operations on %s were in flight at once, including those with unknown outcome; the limit is %d",
			n, s.keyName(k), s.limits.Clients), nil
	}
	limits := s.limits
	defer func() { s.limits = limits }()
	s.limits.Steps = s.tried + (limits.Steps-s.tried)/2
	p := sweep.Problem{
		Start: start, Steps: make([]sweep.Step, len(steps)),
		Apply: func(held int32, i int) (bool, int32) { return s.values.apply(held, &steps[i]) },
		Spend: func() error {
			s.tried++
			return s.spent()
		},
	}
	for i := range steps {
		p.Steps[i] = swept(&steps[i])
	}
	stuck, err := p.Search()
	if err != nil || stuck == nil {
		return r, err
	}
	order := make([]*step, len(stuck.Order))
	for i, at := range stuck.Order {
		order[i] = &steps[at]
	}
	return r.fail(s.accuseOf(&steps[stuck.Step], order, group{start}, []int32{k})), nil
}

// swept returns a step as the sweep sees it.
func swept(s *step) sweep.Step {
	out := sweep.Step{Call: int64(s.call), Return: int64(s.done)}
	if s.done == history.Never {
		out.Return = sweep.Never
	}
	for _, a := range s.acts {
		switch a.kind {
		case finds, requires:
			out.Wants = append(out.Wants, a.value)
		case misses:
			out.Avoids = append(out.Avoids, a.value)
		default:
			out.Writes, out.Value = true, a.value
		}
	}
	return out
}

// actsOn returns what all operations do to one key, in order of call.
func (s *search) actsOn(k int, final *history.State) []step {
	key := s.timeline.entries[k].key
	var steps []step
	var idle history.Tick
	for i := range s.ops {
		op := &s.ops[i]
		at := step{op: op, call: op.Call, done: history.Never, acts: s.values.actsOf(op, key)}
		if op.Outcome == history.Acked {
			at.done = op.Return
		}
		if len(at.acts) > 0 {
			steps = append(steps, at)
		}
		if idle = max(idle, op.Call); op.Return != history.Never {
			idle = max(idle, op.Return)
		}
	}
	if final != nil {
		at := step{call: idle + 1, done: idle + 2, acts: []act{{kind: finds}}}
		for found, value := range final.All() {
			if bytes.Equal(found, key) {
				at.acts[0] = s.values.readOf(&history.Read{Value: value, Found: true})
			}
		}
		steps = append(steps, at)
	}
	return steps
}

// actsOf returns what an operation does to a key. What an open operation read is unknown.
func (v *vocabulary) actsOf(op *history.Op, key []byte) []act {
	switch {
	case op.Outcome == history.Rejected:
		return nil
	case op.Scans():
		return v.scanOf(op, key)
	}
	acts := v.conditionOf(op, key)
	reads, writes := op.Reads, op.Writes
	for i := range len(reads) + len(writes) {
		write := len(reads) == 0
		if i < len(op.Order) && len(reads) > 0 && len(writes) > 0 {
			write = op.Order[i] == 'w'
		}
		if write {
			if w := writes[0]; op.Wrote() && bytes.Equal(w.Key, key) {
				acts = append(acts, v.writeOf(w))
			}
			writes = writes[1:]
			continue
		}
		r := &reads[0]
		if op.Outcome == history.Acked && bytes.Equal(r.Key, key) && !(op.Kind == history.Txn && op.Order == "" && own(op, r)) {
			acts = append(acts, v.readOf(r))
		}
		reads = reads[1:]
	}
	return acts
}

// scanOf returns the act of a scan, if its range contains the key.
func (v *vocabulary) scanOf(op *history.Op, key []byte) []act {
	if op.Outcome != history.Acked || bytes.Compare(key, op.ScanFrom) < 0 ||
		len(op.ScanTo) > 0 && bytes.Compare(key, op.ScanTo) >= 0 {
		return nil
	}
	for i := range op.Reads {
		if bytes.Equal(op.Reads[i].Key, key) {
			return []act{v.readOf(&op.Reads[i])}
		}
	}
	return []act{{kind: finds}}
}

// conditionOf returns what the condition of an operation says about a key. If a condition has several parts and did
// not hold, it says nothing about any single key.
func (v *vocabulary) conditionOf(op *history.Op, key []byte) (acts []act) {
	for i := range op.If {
		if !bytes.Equal(op.If[i].Key, key) {
			continue
		}
		a := v.readOf(&op.If[i])
		switch {
		case op.Outcome != history.Acked:
			a.kind = requires
		case op.Missed && len(op.If) > 1:
			continue
		case op.Missed:
			a.kind = misses
		}
		acts = append(acts, a)
	}
	return acts
}

func (v *vocabulary) readOf(r *history.Read) act {
	a := act{kind: finds}
	if r.Found {
		a.value = v.number(string(r.Value))
		v.asked = append(v.asked, a.value)
	}
	return a
}

func (v *vocabulary) writeOf(w history.Write) act {
	switch {
	case w.Delete:
		return act{kind: assigns}
	case w.Change == history.Add:
		v.derived, v.counted = true, true
		return act{adds, v.number(string(w.Value))}
	case w.Change == history.Extend:
		v.derived = true
		return act{extends, v.number(string(w.Value))}
	}
	return act{assigns, v.write(string(w.Value))}
}

// relevant leaves out open steps that nobody can have seen: they can be put at the end of every order. If some values
// are derived from others, or an operation was told that the key did not hold some value, any step may have been seen,
// and all are kept.
func (v *vocabulary) relevant(steps []step) []step {
	seen := make([]bool, len(v.values)+1)
	for i := range steps {
		for _, a := range steps[i].acts {
			if a.kind == misses || a.kind == adds || a.kind == extends {
				return steps
			}
			seen[a.value] = seen[a.value] || a.kind == finds || a.kind == requires
		}
	}
	return slices.DeleteFunc(steps, func(s step) bool {
		return s.done == history.Never && !slices.ContainsFunc(s.acts, func(a act) bool {
			return a.kind == assigns && seen[a.value]
		})
	})
}

// known returns the number of steps up to and including the first that overlaps with no other and after which it is
// certain what the key holds, and that value. If there is no such step, it returns the number of all steps.
func known(steps []step) (n int, after int32) {
	var busy history.Tick
	for i := range steps {
		s := &steps[i]
		alone := busy < s.call && (i+1 == len(steps) || s.done < steps[i+1].call)
		busy = max(busy, s.done)
		if last := s.acts[len(s.acts)-1]; alone && (last.kind == finds || last.kind == assigns) {
			return i + 1, last.value
		}
	}
	return len(steps), nothing
}
