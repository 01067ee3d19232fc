package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// opened is something that a client opened and reads while it continues with other steps: a cursor, a snapshot or a
// stream. The history records it as an operation that was answered when the opening returned. Everything read from it,
// however late, belongs to that moment.
type opened struct {
	handle history.Handle
	moves  []Move // moves still to make
	left   int    // steps of the client until it is closed
	look   func(Move) ([]history.Read, error)
	close  func() error
}

// keep opens what the step asks for and reads it now or, if it is to be held, during the next steps.
func (w *worker) keep(open func() (*opened, error)) {
	s := w.step
	h := w.rec.Call(w.id, history.Op{Kind: s.Kind, ScanFrom: s.From, ScanTo: s.To, Prefix: s.Prefix})
	o, err := open()
	w.rec.Return(h, nil, outcome(err), err)
	if err != nil {
		return
	}
	o.handle, o.left = h, s.Hold
	if o.moves == nil {
		o.moves = s.Moves
	}
	w.linger()
	w.opened = append(w.opened, o)
}

// readOn reads a part of everything that is open, and closes what has been held long enough.
func (w *worker) readOn() {
	still := w.opened[:0]
	for _, o := range w.opened {
		n := len(o.moves)
		if o.left > 0 {
			n /= o.left + 1
		}
		err := w.look(o, n)
		switch {
		case err != nil || o.left == 0:
			w.shut(o, err)
		default:
			o.left--
			still = append(still, o)
		}
	}
	w.opened = still
}

// look makes n movements and records what they show.
func (w *worker) look(o *opened, n int) error {
	if n == 0 {
		return nil
	}
	var all []history.Read
	for _, m := range o.moves[:n] {
		reads, err := o.look(m)
		if err != nil {
			w.rec.AddReads(o.handle, nil, plain(err, ErrRefused))
			return err
		}
		all = append(all, reads...)
	}
	o.moves = o.moves[n:]
	w.rec.AddReads(o.handle, all, nil)
	return nil
}

// shut closes what is open. An error of closing counts as an error of reading, unless there was one before.
func (w *worker) shut(o *opened, before error) {
	if err := o.close(); err != nil && before == nil {
		w.rec.AddReads(o.handle, nil, plain(err, ErrRefused))
	}
}

// shutAll closes everything that is open, first reading it to the end if read is set.
func (w *worker) shutAll(read bool) {
	for _, o := range w.opened {
		var err error
		if read {
			err = w.look(o, len(o.moves))
		}
		w.shut(o, err)
	}
	w.opened = nil
}

// openCursor opens a cursor over the store.
func (w *worker) openCursor() (*opened, error) {
	bounds := Bounds{From: w.step.From, To: w.step.To, Prefix: w.step.Prefix}
	c, err := w.store.(CursorMaker).NewCursor(bounds)
	if err != nil {
		return nil, err
	}
	walk := newWalk(c, bounds, w.keys())
	return &opened{close: c.Close, look: func(m Move) ([]history.Read, error) {
		err := walk.move(m)
		return walk.shown(), err
	}}, nil
}

// openStream opens the value of the step's key as a stream.
func (w *worker) openStream() (*opened, error) {
	key := w.step.Keys[0]
	r, found, err := w.store.(Streamer).OpenValue(key)
	if err != nil {
		return nil, err
	}
	o := &opened{moves: []Move{{How: MoveGet, Key: key}}, close: func() error { return nil }}
	if found {
		o.close = r.Close
	}
	o.look = func(Move) ([]history.Read, error) { return readStream(r, key, found) }
	return o, nil
}

// streamed reads the value of a key as a stream.
func streamed(s Streamer, key []byte) ([]history.Read, error) {
	r, found, err := s.OpenValue(key)
	if err != nil || !found {
		return []history.Read{{Key: key, By: "stream"}}, err
	}
	reads, err := readStream(r, key, true)
	return reads, errors.Join(err, r.Close())
}

// streamPiece is the number of bytes that one read of a stream asks for. It divides no usual block or buffer size.
const streamPiece = 611

// readStream reads a stream piece by piece, and reads a part of it again if the stream can seek.
func readStream(r io.Reader, key []byte, found bool) ([]history.Read, error) {
	read := history.Read{Key: key, Found: found, By: "stream"}
	if !found {
		return []history.Read{read}, nil
	}
	var all bytes.Buffer
	if _, err := io.CopyBuffer(struct{ io.Writer }{&all}, struct{ io.Reader }{r}, make([]byte, streamPiece)); err != nil {
		return nil, err
	}
	read.Value = all.Bytes()
	if s, ok := r.(io.ReadSeeker); ok {
		if err := reread(s, &read); err != nil {
			return nil, err
		}
	}
	return []history.Read{read}, nil
}

// reread seeks back in a stream that was read to its end, relative to each origin of io.Seeker, and reads the rest
// again.
func reread(s io.ReadSeeker, first *history.Read) error {
	size := int64(len(first.Value))
	for _, to := range [...]struct {
		offset, at int64
		whence     int
	}{
		{size / 2, size / 2, io.SeekStart},
		{-(size / 3), size - size/3, io.SeekCurrent}, // the stream is at its end
		{-(size / 5), size - size/5, io.SeekEnd},
	} {
		at, err := s.Seek(to.offset, to.whence)
		if err != nil {
			return err
		}
		again, err := io.ReadAll(s)
		if err != nil {
			return err
		}
		if at != to.at || !bytes.Equal(again, first.Value[to.at:]) {
			return fmt.Errorf("%w: a stream of %q reads %.40q at offset %d the second time, having gone to %d, and %.40q the first",
				ErrAstray, first.Key, again, to.at, at, first.Value[to.at:])
		}
	}
	return nil
}
