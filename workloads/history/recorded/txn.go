package recorded

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// txns reads transactions: vectors of operations such as [[:append 1 2] [:r 3 [4 5]]] or [[:w :x 1] [:r :y nil]].
type txns struct {
	*memory
	lists  bool // keys hold lists
	reads  slab[history.Read]
	writes slab[history.Write]
	orders words
	micros []micro // of the transaction being read
	order  []byte
}

// micro is one operation of a transaction.
type micro struct {
	key   *keptKey
	value edn.Value
	write bool
}

func (t *txns) call(e *entry, op *history.Op) error {
	op.Kind = history.Txn
	if err := t.split(e.value); err != nil {
		return err
	}
	if op.Writes = t.written(t.micros); op.Writes == nil && e.value.Kind() != edn.Nil {
		op.Writes = noWrites
	}
	return nil
}

// noWrites is the list of writes of a call that says that it writes nothing; nil means that the call does not say.
var noWrites = []history.Write{}

// answer enters what a transaction found. The answer repeats everything that it asked for.
func (t *txns) answer(e *entry, op *history.Op) error {
	if err := t.split(e.value); err != nil {
		return err
	}
	if op.Writes == nil {
		op.Writes = t.written(t.micros)
	} else if err := t.repeats(op.Writes); err != nil {
		return err
	}
	op.Reads = t.reads.take(len(t.micros) - len(op.Writes))
	t.order = t.order[:0]
	found := 0
	for i := range t.micros {
		m := &t.micros[i]
		if m.write {
			t.order = append(t.order, 'w')
			continue
		}
		t.order = append(t.order, 'r')
		read, err := t.found(m)
		if err != nil {
			return err
		}
		op.Reads[found] = read
		found++
	}
	op.Order = t.orders.of(t.order)
	return nil
}

// split parses the value of a transaction.
func (t *txns) split(v edn.Value) error {
	t.micros = t.micros[:0]
	if !v.Sequential() && v.Kind() != edn.Nil {
		return fmt.Errorf("a transaction is a vector of operations, not %s", v.Kind())
	}
	for part := range v.Parts() {
		m, err := t.micro(part)
		if err != nil {
			return err
		}
		t.micros = append(t.micros, m)
	}
	return nil
}

func (t *txns) micro(v edn.Value) (m micro, err error) {
	if !v.Sequential() {
		return m, fmt.Errorf("a part of a transaction is a vector such as [:r 1 nil], not %s", v.Kind())
	}
	var f, key edn.Value
	n := 0
	for part := range v.Parts() {
		switch n++; n {
		case 1:
			f = part
		case 2:
			key = part
		case 3:
			m.value = part
		}
	}
	if n < 2 || n > 3 {
		return m, fmt.Errorf("a part of a transaction has a function, a key and a value, not %s", v.AppendEDN(nil))
	}
	if m.key, err = t.key(key); err != nil {
		return m, err
	}
	switch name := string(f.Text()); {
	case name == "r", name == "read":
	case t.lists && name == "append", !t.lists && (name == "w" || name == "write"):
		m.write = true
	case t.lists:
		return m, fmt.Errorf("%s is not a function of a transaction over lists, which has :r and :append", f.AppendEDN(nil))
	default:
		return m, fmt.Errorf("%s is not a function of a transaction over registers, which has :r and :w", f.AppendEDN(nil))
	}
	return m, nil
}

// written returns the writes among the operations of a transaction.
func (t *txns) written(parts []micro) []history.Write {
	n := 0
	for i := range parts {
		if parts[i].write {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	writes := t.writes.take(n)[:0]
	for i := range parts {
		switch m := &parts[i]; {
		case !m.write:
		case t.lists:
			writes = append(writes, history.Write{Key: m.key.name, Value: t.element(m.value)})
		case m.value.Kind() == edn.Nil:
			writes = append(writes, history.Write{Key: m.key.name, Delete: true})
		default:
			writes = append(writes, history.Write{Key: m.key.name, Value: t.value(m.value)})
		}
	}
	return writes
}

var errOtherWrites = errors.New("the answer has other writes than the call")

// repeats checks that an answer has the same writes as its call.
func (t *txns) repeats(writes []history.Write) error {
	n := 0
	for i := range t.micros {
		m := &t.micros[i]
		if !m.write {
			continue
		}
		if n == len(writes) || !bytes.Equal(writes[n].Key, m.key.name) {
			return errOtherWrites
		}
		t.scratch = t.scratch[:0]
		if t.lists || m.value.Kind() != edn.Nil {
			t.scratch = appendValue(t.scratch, m.value)
		}
		if t.lists {
			t.scratch = append(t.scratch, elementEnd)
		}
		if !bytes.Equal(writes[n].Value, t.scratch) {
			return errOtherWrites
		}
		n++
	}
	if n < len(writes) {
		return errOtherWrites
	}
	return nil
}

// sameWrites does for operations on single keys what repeats does for transactions.
func sameWrites(called, answered []history.Write) error {
	if len(called) != len(answered) {
		return errOtherWrites
	}
	for i := range called {
		a, b := &called[i], &answered[i]
		if !bytes.Equal(a.Key, b.Key) || !bytes.Equal(a.Value, b.Value) || a.Delete != b.Delete {
			return errOtherWrites
		}
	}
	return nil
}

// found returns what an operation of a transaction read. A missing list is empty.
func (t *txns) found(m *micro) (history.Read, error) {
	r := history.Read{Key: m.key.name}
	switch {
	case m.value.Kind() == edn.Nil:
	case !t.lists:
		r.Value, r.Found = t.value(m.value), true
	case !m.value.Sequential():
		return r, fmt.Errorf("a read of a list found %s", m.value.AppendEDN(nil))
	default:
		r.Value = t.list(m.key, m.value)
		r.Found = len(r.Value) > 0
	}
	return r, nil
}
