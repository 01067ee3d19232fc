package workloads

import "errors"

// errNoTransactions is the error of a store that is asked for a transaction and has none.
var errNoTransactions = errors.New("workloads: the store is no Transactor, and its target promises Transactions")

// begin starts a transaction of a store that has them.
func begin(store Store, level Isolation) (Txn, error) {
	t, ok := store.(Transactor)
	if !ok {
		return nil, errNoTransactions
	}
	return t.Begin(level)
}

// hasViews reports whether a store can show a past moment.
func hasViews(store Store) bool {
	_, begins := store.(Transactor)
	_, snapshots := store.(Snapshotter)
	return begins || snapshots
}

// beginView returns what shows the store as of now, a read-only transaction or else a snapshot, and ends it.
func (w *worker) beginView() (view getter, end func() error, err error) {
	if _, ok := w.store.(Transactor); ok {
		txn, twin, err := w.begin(ReadOnly)
		if err != nil {
			return nil, nil, err
		}
		w.outlast(twin)
		return txn, func() error { txn.Rollback(); twin.wait(); return nil }, nil
	}
	snapshot, err := w.store.(Snapshotter).NewSnapshot()
	if err != nil {
		return nil, nil, err
	}
	return snapshot, snapshot.Close, nil
}
