package recorded

import (
	"errors"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// reader turns entries into operations.
type reader interface {
	// call enters what a client asks for.
	call(e *entry, op *history.Op) error
	// answer enters what a successful operation found. Its call has been entered.
	answer(e *entry, op *history.Op) error
}

// pairing matches calls and answers by client. A client waits for the answer before it calls again.
type pairing struct {
	reader  reader
	ops     []history.Op
	early   []history.Op // answers without a call
	calls   []called     // by operation
	busy    map[int]int  // by client, the operation that it waits for, plus one
	last    history.Tick
	lines   bool // every tick so far is a line number
	skipped int

	uncalledLine, uncalledBy int // the first answer without a call, and its client
}

// called records how an operation was called.
type called struct {
	f    string
	line int
}

func newPairing(r reader) *pairing { return &pairing{reader: r, busy: map[int]int{}, lines: true} }

// all reads a source to the end.
func (p *pairing) all(from source) error {
	for {
		e, err := from.next()
		if errors.Is(err, io.EOF) {
			return p.complete()
		}
		if err != nil {
			return err
		}
		if err := p.add(&e); err != nil {
			return badLine(e.line, "%w", err)
		}
	}
}

// complete rejects a history in which only some answers have a call. No tool records that way, so it is damage.
func (p *pairing) complete() error {
	if len(p.early) > 0 && len(p.ops) > 0 {
		return badLine(p.uncalledLine, "process %d has an answer but no call", p.uncalledBy)
	}
	return nil
}

func (p *pairing) add(e *entry) error {
	if e.other {
		p.skipped++
		return nil
	}
	tick := history.Tick(e.line)
	if tick <= p.last {
		tick, p.lines = p.last+1, false
	}
	p.last = tick
	if e.event == invoke {
		return p.call(e, tick)
	}
	at := p.busy[e.client] - 1
	if at < 0 {
		return p.uncalled(e, tick)
	}
	p.busy[e.client] = 0
	if was := p.calls[at]; was.f != e.f {
		return fmt.Errorf("process %d has an answer to %q, but called %q on line %d", e.client, e.f, was.f, was.line)
	}
	return p.answer(e, &p.ops[at], tick)
}

func (p *pairing) call(e *entry, tick history.Tick) error {
	if at := p.busy[e.client] - 1; at >= 0 {
		return fmt.Errorf("process %d calls again before its call on line %d was answered", e.client, p.calls[at].line)
	}
	if len(p.ops) >= history.MaxOps {
		return fmt.Errorf("more than %d operations", history.MaxOps)
	}
	op := history.Op{Client: e.client, Call: tick, Return: history.Never}
	if err := p.reader.call(e, &op); err != nil {
		return err
	}
	p.ops, p.calls = append(p.ops, op), append(p.calls, called{e.f, e.line})
	p.busy[e.client] = len(p.ops)
	return nil
}

// answer enters an answer. A failed operation took no effect and never will. One that is only known to have ended may
// have taken effect, or may do so later.
func (p *pairing) answer(e *entry, op *history.Op, tick history.Tick) error {
	op.Return = tick
	switch e.event {
	case ok:
		op.Outcome = history.Acked
		return p.reader.answer(e, op)
	case fail:
		op.Outcome = history.Rejected
		if e.refused && len(op.If) > 0 {
			op.Outcome, op.Missed = history.Acked, true
		}
	default:
	}
	return nil
}

// uncalled enters an answer without a call. The call may have been at any earlier time.
func (p *pairing) uncalled(e *entry, tick history.Tick) error {
	if len(p.early) == 0 {
		p.uncalledLine, p.uncalledBy = e.line, e.client
	}
	if len(p.early) >= history.MaxOps {
		return fmt.Errorf("more than %d operations", history.MaxOps)
	}
	op := history.Op{Return: history.Never}
	if err := p.reader.call(e, &op); err != nil {
		return err
	}
	if err := p.answer(e, &op, tick); err != nil {
		return err
	}
	p.early = append(p.early, op)
	return nil
}

// finish returns the operations in order of call. Each answer without a call gets a client of its own, and all of these
// were called before the first was answered.
func (p *pairing) finish() []history.Op {
	if n := len(p.early); n > 0 {
		p.ops, p.lines = p.early, false
		for i := range p.ops {
			op := &p.ops[i]
			op.Client, op.Call = i, history.Tick(i+1)
			op.Return += history.Tick(n)
		}
	}
	for i := range p.ops {
		p.ops[i].ID = i
	}
	return p.ops
}
