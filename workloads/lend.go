package workloads

import (
	"bytes"
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// errMeddled is recorded if a store wrote to the slices passed to a commit.
var errMeddled = errors.New("workloads: the store changed a slice that its caller had passed in")

// overwritten is what the caller writes into its slices once a commit has returned. A store that retained one will show
// it.
const overwritten = "overwritten by the caller, "

// lend passes copies of the writes to commit. Once commit has returned, it checks that they are unchanged and
// overwrites them.
func lend(writes []history.Write, commit func([]history.Write) error) error {
	lent := make([]history.Write, len(writes))
	for i, w := range writes {
		lent[i] = w
		lent[i].Key, lent[i].Value = bytes.Clone(w.Key), bytes.Clone(w.Value)
	}
	err := commit(lent)
	for i, w := range writes {
		if !bytes.Equal(lent[i].Key, w.Key) || !bytes.Equal(lent[i].Value, w.Value) {
			err = errors.Join(err, errMeddled)
		}
		overwrite(lent[i].Key)
		overwrite(lent[i].Value)
	}
	return err
}

func overwrite(b []byte) {
	for len(b) > 0 {
		b = b[copy(b, overwritten):]
	}
}
