package workloads

import (
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// hasViews reports whether a store offers views of a past moment.
func hasViews(store Store) bool {
	_, begins := store.(Transactor)
	_, snapshots := store.(Snapshotter)
	return begins || snapshots
}

// beginView returns a view of the store as of now, and a function that ends it: a read-only transaction or else a
// snapshot.
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

// snapshot reads the keys of the step as of one instant.
func (w *worker) snapshot() (reads []history.Read, err error) {
	view, end, err := w.beginView()
	if err != nil {
		return nil, err
	}
	for _, key := range w.step.Keys {
		w.linger()
		if reads, err = appendGet(reads, view, key); err != nil {
			return nil, errors.Join(err, end())
		}
	}
	return reads, end()
}

// openSnapshot opens a snapshot, or a read-only transaction if the store has none.
func (w *worker) openSnapshot() (*opened, error) {
	v := &snapshotView{bounds: Bounds{From: w.step.From, To: w.step.To, Prefix: w.step.Prefix}, keys: w.keys}
	if s, ok := w.store.(Snapshotter); ok {
		snapshot, err := s.NewSnapshot()
		if err != nil {
			return nil, err
		}
		v.source, v.end = snapshot, snapshot.Close
	} else {
		txn, err := begin(w.store, ReadOnly)
		if err != nil {
			return nil, err
		}
		v.source, v.end = txn, func() error { txn.Rollback(); return nil }
	}
	return &opened{look: v.look, close: v.close}, nil
}

// snapshotView is a snapshot together with the cursor that walks it.
type snapshotView struct {
	source getter
	end    func() error
	bounds Bounds
	keys   func() [][]byte
	walk   *walk // nil until it is first moved
	gets   int
}

func (v *snapshotView) look(m Move) ([]history.Read, error) {
	if m.How == MoveGet {
		v.gets++
		if s, ok := v.source.(Streamer); ok && v.gets%2 == 0 {
			return streamed(s, m.Key)
		}
		reads, err := appendGet(nil, v.source, m.Key)
		for i := range reads {
			reads[i].By = string(MoveGet)
		}
		return reads, err
	}
	if v.walk == nil {
		maker, ok := v.source.(CursorMaker)
		if !ok {
			return nil, nil
		}
		c, err := maker.NewCursor(v.bounds)
		if err != nil {
			return nil, err
		}
		v.walk = newWalk(c, v.bounds, v.keys())
	}
	err := v.walk.move(m)
	return v.walk.shown(), err
}

func (v *snapshotView) close() error {
	var err error
	if v.walk != nil {
		err = v.walk.cursor.Close()
	}
	return errors.Join(err, v.end())
}
