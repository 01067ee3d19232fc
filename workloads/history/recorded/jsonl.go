package recorded

import (
	"errors"
	"io"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// readJSONL reads what package history writes. If neither the options nor the file name a model, it is list-append if
// transactions append to keys, rw-register if there are any transactions, and kv otherwise.
func readJSONL(from io.Reader, o Options) (*Recording, error) {
	f, err := history.DecodeFile(from)
	if errors.Is(err, history.ErrFormat) {
		return nil, bad("%w", err)
	}
	if err != nil {
		return nil, err
	}
	r := &Recording{Format: JSONL, Model: o.Model, Ops: f.Ops}
	if r.Model == "" && f.Model != "" {
		if r.Model, err = modelNamed(f.Model); err != nil {
			return nil, bad("line 1: %w", err)
		}
	}
	switch {
	case len(f.Ops) == 0:
		r.Model = ""
	case r.Model == "":
		r.Model = inferred(f.Ops)
	}
	return r, nil
}

func inferred(ops []history.Op) Model {
	m := KV
	for i := range ops {
		if ops[i].Kind != history.Txn {
			continue
		}
		m = RWRegister
		for _, w := range ops[i].Writes {
			if w.Change == history.Extend {
				return ListAppend
			}
		}
	}
	return m
}
