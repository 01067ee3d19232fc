package workloads

import (
	"cmp"
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Fill is a step that writes until the file which the store appends to ends a few bytes before the end of a block, and goes on
// to the next blocks. Where a record ends depends on everything before it, and on what a store adds to it, so the lengths are
// found by looking.
type Fill struct {
	Key   []byte
	Block int    // the size of the blocks in bytes, if nobody states it
	Left  []int  // so many bytes are to be left of a block, of the next, and so on
	Near  []int  // instead, where the length of a header is stated: so much more than a header; noHeader: not
	Name  string // of the step, from which the values are named
}

// noHeader is where a fill has nothing to do with a header.
const noHeader = -1 << 10

// end returns the size of the blocks, and how many bytes are to be left of the i-th.
func (f *Fill) end(i int, o *DriveOptions) (block, left int) {
	if o.BlockBytes == 0 {
		return f.Block, f.Left[i]
	}
	if i < len(f.Near) && f.Near[i] != noHeader {
		return o.BlockBytes, max(0, o.HeaderBytes+f.Near[i])
	}
	return o.BlockBytes, f.Left[i]
}

// Dials of a fill.
const (
	fillBlock    = 32 << 10 // the blocks of the logs of LevelDB and its many descendants
	fillBlocks   = 2        // that are filled in a row
	fillCommits  = 24       // of one block, at most
	fillBulk     = 480      // bytes of the values of a batch, unless they are seen to be stored elsewhere
	fillValueMax = 180      // bytes of other values, or of those
	fillMargin   = 1 << 10  // bytes before the goal that are not written in one batch
)

// fillLeft are the distances from the end of a block that matter to logs: nothing is left, or a header, or a byte more or less
// than one. The headers of LevelDB have 7 bytes, those of logs that are recycled 11, and with a proof of the latest sync 19.
var fillLeft = [...]int{0, 1, 6, 7, 8, 10, 11, 12, 18, 19, 20}

// fillNear are the same distances, counted from the length of a header that is known.
var fillNear = [...]int{-1, 0, 0, 0, 1, 2, noHeader}

// drawFill draws a fill that writes to a key of the client.
func drawFill(rng *rand.Rand, steps []Step, name string) *Fill {
	f := &Fill{Block: fillBlock, Name: name}
	if rng.IntN(8) == 0 {
		f.Block = 4 << 10 // a page
	}
	for range fillBlocks {
		f.Left = append(f.Left, fillLeft[rng.IntN(len(fillLeft))])
		f.Near = append(f.Near, fillNear[rng.IntN(len(fillNear))])
	}
	for i := range steps {
		if s := &steps[rng.IntN(len(steps))]; s.Kind == history.Put && s.Fill == nil || i == len(steps)-1 {
			if len(s.Writes) > 0 {
				f.Key = s.Writes[0].Key
			}
			break
		}
	}
	return f
}

// fill fills block after block.
func (w *worker) fill() {
	var seen fillOverhead
	for i := range w.step.Fill.Left {
		block, left := w.step.Fill.end(i, &w.opts)
		w.fillBlock(block, left, w.step.Fill.Name+"."+strconv.Itoa(i), &seen)
	}
}

// fillBlock writes one commit after the other until the file ends where it is to, or gives up: other clients write, too. Then
// comes a record that begins there.
func (w *worker) fillBlock(block, left int, name string, seen *fillOverhead) {
	f := w.step.Fill
	for n := range fillCommits {
		before := int64(0)
		if w.opts.Appended != nil {
			before = w.opts.Appended()
		}
		togo := block - (int(before)+left)%block
		if n > 0 && togo == block {
			w.commitAs(history.Sync, f.one(w.script.Seed, name+".next", 0))
			return
		}
		if togo < seen.commit {
			togo += block
		}
		writes := f.commit(&w.script.Size.Largest, w.script.Seed, name+"."+strconv.Itoa(n), togo, *seen)
		w.commitAs(w.step.Durability, writes)
		if w.opts.Appended == nil {
			return
		}
		seen.note(int(w.opts.Appended()-before), len(writes), len(writes[0].Value))
	}
}

// fillOverhead is what was seen of the bytes that a store adds to values: in a commit of one write, and for each write of a
// batch. 0: nothing was seen yet.
type fillOverhead struct {
	commit, write int
	apart         bool // values as long as fillBulk are stored elsewhere
}

// note learns from a commit of so many writes, by which the file has grown.
func (o *fillOverhead) note(grown, writes, size int) {
	switch {
	case grown <= 0: // another file
	case writes == 1:
		o.commit = grown - size
		o.write = cmp.Or(o.write, o.commit)
	case grown/writes < size:
		o.apart = true
	default:
		o.write = max(1, grown/writes-size)
	}
}

// commit returns the writes that come as near to the goal as one commit should: all the way if the goal is near.
func (f *Fill) commit(l *Largest, seed uint64, name string, togo int, seen fillOverhead) []history.Write {
	size := togo - seen.commit
	switch {
	case seen.commit == 0:
		return f.one(seed, name, 0)
	case size <= fillValueMax:
		return f.one(seed, name, size)
	case size <= 2*fillValueMax:
		return f.one(seed, name, fillValueMax/2) // or else too little would be left for another
	case togo <= fillMargin:
		return f.one(seed, name, fillValueMax)
	}
	bulk := l.Value(fillBulk)
	if seen.apart {
		bulk = fillValueMax
	}
	var writes []history.Write
	n := (togo - fillMargin/2) / (bulk + seen.write)
	if l.BatchBytes != 0 {
		n = min(n, l.BatchBytes/(bulk+len(f.Key)))
	}
	for i := range max(1, n) {
		writes = append(writes, history.Write{Key: f.Key, Value: fillValue(seed, name+"."+strconv.Itoa(i), bulk)})
	}
	return writes
}

// one returns a single write.
func (f *Fill) one(seed uint64, name string, size int) []history.Write {
	return []history.Write{{Key: f.Key, Value: fillValue(seed, name, size)}}
}

// fillValue is value, cut to size.
func fillValue(seed uint64, name string, size int) []byte {
	return value(seed, name, size)[:max(0, size)]
}

// commitAs applies writes as an operation of its own.
func (w *worker) commitAs(d history.Durability, writes []history.Write) {
	kind := history.Put
	if len(writes) > 1 {
		kind = history.Batch
	}
	s := Step{Kind: kind, Writes: writes, Durability: d}
	outer := w.step
	w.step = &s
	w.write()
	w.step = outer
}
