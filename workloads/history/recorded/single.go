package recorded

import (
	"fmt"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// counter reads additions to a number and reads of it. The number is 0 before the first addition.
type counter struct{ *memory }

// CounterKey is the key of a counter.
var CounterKey = []byte("counter")

func (c counter) call(e *entry, op *history.Op) error {
	switch e.f {
	case "read":
		op.Kind = history.Get
	case "add":
		n, err := whole(e.value)
		if err != nil {
			return err
		}
		op.Kind = history.Increment
		op.Writes = []history.Write{{Key: CounterKey, Value: strconv.AppendInt(nil, n, 10), Change: history.Add}}
	default:
		return fmt.Errorf("unknown function %q; a counter has read and add", e.f)
	}
	return nil
}

func (c counter) answer(e *entry, op *history.Op) error {
	if op.Kind != history.Get {
		return nil
	}
	n, err := whole(e.value)
	if err != nil {
		return err
	}
	op.Reads = []history.Read{{Key: CounterKey, Value: strconv.AppendInt(nil, n, 10), Found: true}}
	return nil
}

func whole(v edn.Value) (int64, error) {
	n, err := strconv.ParseInt(string(v.Text()), 10, 64)
	if v.Kind() != edn.Number || err != nil {
		return 0, fmt.Errorf("%s is not a whole number", v.AppendEDN(nil))
	}
	return n, nil
}

// mutex reads a lock as a register that is free or held.
type mutex struct{}

var (
	mutexKey = []byte("mutex")
	held     = []byte("held")
)

func (mutex) call(e *entry, op *history.Op) error {
	op.Kind = history.CAS
	switch e.f {
	case "acquire":
		op.If = []history.Read{{Key: mutexKey}}
		op.Writes = []history.Write{{Key: mutexKey, Value: held}}
	case "release":
		op.If = []history.Read{{Key: mutexKey, Value: held, Found: true}}
		op.Writes = []history.Write{{Key: mutexKey, Delete: true}}
	default:
		return fmt.Errorf("unknown function %q; a mutex has acquire and release", e.f)
	}
	return nil
}

func (mutex) answer(*entry, *history.Op) error { return nil }
