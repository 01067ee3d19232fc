package recorded

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// registers reads operations on single keys. There is one key without a name, or keys are in pairs with the values, or
// in a field of their own.
type registers struct {
	*memory
	pairs bool // values are pairs of key and value
	keyed bool // keys are in a field of their own
	texts bool // values are texts that can be appended to; an empty text is the same as no value
}

// onlyKey is the key in a history of a single register.
var onlyKey = []byte("register")

func (r *registers) call(e *entry, op *history.Op) error {
	key, value, err := r.split(e)
	if err != nil {
		return err
	}
	switch e.f {
	case "read", "get":
		op.Kind = history.Get
	case "write", "put":
		op.Kind = history.Put
		op.Writes = []history.Write{r.write(key, value)}
		if op.Writes[0].Delete {
			op.Kind = history.Delete
		}
	case "append":
		op.Kind = history.Append
		op.Writes = []history.Write{{Key: key, Value: r.text(value), Change: history.Extend}}
	case "delete":
		op.Kind = history.Delete
		op.Writes = []history.Write{{Key: key, Delete: true}}
	case "cas":
		if !value.Sequential() || value.Len() != 2 {
			return fmt.Errorf("the value of a cas is what it expects and what it writes, not %s", value.AppendEDN(nil))
		}
		op.Kind = history.CAS
		op.If = []history.Read{r.found(key, value.At(0))}
		op.Writes = []history.Write{r.write(key, value.At(1))}
	default:
		return fmt.Errorf("unknown function %q; a register has read, write, cas, get, put, append, delete", e.f)
	}
	return nil
}

func (r *registers) answer(e *entry, op *history.Op) error {
	key, value, err := r.split(e)
	if err != nil {
		return err
	}
	if op.Kind == history.Get {
		op.Reads = []history.Read{r.found(key, value)}
		return nil
	}
	if e.value.Kind() == edn.Nil {
		return nil // the answer repeats nothing
	}
	again := history.Op{}
	if err := r.call(e, &again); err != nil {
		return err
	}
	return sameWrites(op.Writes, again.Writes)
}

// split returns the key and the value of an entry.
func (r *registers) split(e *entry) (key []byte, value edn.Value, err error) {
	if !r.pairs && !r.keyed {
		return onlyKey, e.value, nil
	}
	k, v := e.key, e.value
	if r.pairs {
		if !v.Sequential() || v.Len() != 2 {
			return nil, v, fmt.Errorf("the value %s is not a pair of a key and a value", v.AppendEDN(nil))
		}
		k, v = v.At(0), v.At(1)
	}
	kept, err := r.key(k)
	if err != nil {
		return nil, v, err
	}
	return kept.name, v, nil
}

func (r *registers) text(v edn.Value) []byte {
	if r.texts && v.Kind() == edn.String {
		r.scratch = append(r.scratch[:0], v.Text()...)
		return r.keep()
	}
	return r.value(v)
}

func (r *registers) absent(v edn.Value) bool {
	return v.Kind() == edn.Nil || r.texts && v.Kind() == edn.String && len(v.Text()) == 0
}

func (r *registers) write(key []byte, v edn.Value) history.Write {
	if r.absent(v) {
		return history.Write{Key: key, Delete: true}
	}
	return history.Write{Key: key, Value: r.text(v)}
}

func (r *registers) found(key []byte, v edn.Value) history.Read {
	if r.absent(v) {
		return history.Read{Key: key}
	}
	return history.Read{Key: key, Value: r.text(v), Found: true}
}
