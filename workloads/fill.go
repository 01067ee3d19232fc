package workloads

import (
	"cmp"
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Fill is a step that writes until the file to which the store appends ends a few bytes before the end of a block, and
// then continues with the next blocks. Where a record ends depends on everything before it and on the overhead that the
// store adds, so the right lengths are found by trial and error.
type Fill struct {
	Key   []byte
	Block int    // block size in bytes, if the target does not state it
	Left  []int  // bytes to leave in the first block, in the next, and so on
	Near  []int  // used instead of Left if the header length is known: bytes to leave in addition to one header; noHeader: use Left after all
	Name  string // of the step; the values are named after it
}

// noHeader marks a block whose fill does not depend on the header.
const noHeader = -1 << 10

// end returns the block size and the number of bytes to leave in the i-th block.
func (f *Fill) end(i int, o *DriveOptions) (block, left int) {
	if o.BlockBytes == 0 {
		return f.Block, f.Left[i]
	}
	if i < len(f.Near) && f.Near[i] != noHeader {
		return o.BlockBytes, max(0, o.HeaderBytes+f.Near[i])
	}
	return o.BlockBytes, f.Left[i]
}

// Parameters of a fill.
const (
	fillBlock    = 32 << 10 // block size of the logs of LevelDB and its many descendants
	fillBlocks   = 2        // blocks filled in a row
	fillCommits  = 24       // maximum number of commits in one block
	fillBulk     = 480      // value length in a batch, unless such values are seen to be stored outside the log
	fillValueMax = 180      // value length otherwise
	fillMargin   = 1 << 10  // the last bytes before the goal, which are not written in one batch
)

// fillLeft lists the distances from the end of a block that matter to logs: 0, the length of a header, and one byte
// more or less. A header takes 7 bytes in LevelDB, 11 in logs that are recycled, and 19 with a proof of the latest
// sync.
var fillLeft = [...]int{0, 1, 6, 7, 8, 10, 11, 12, 18, 19, 20}

// fillNear lists the same distances relative to a known header length.
var fillNear = [...]int{-1, 0, 0, 0, 1, 2, noHeader}

// drawFill draws a fill that writes to one of the client's keys.
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

// fill fills one block after another.
func (w *worker) fill() {
	var seen fillOverhead
	for i := range w.step.Fill.Left {
		block, left := w.step.Fill.end(i, &w.opts)
		w.fillBlock(block, left, w.step.Fill.Name+"."+strconv.Itoa(i), &seen)
	}
}

// fillBlock makes one commit after another until the file ends at the requested place, or gives up, because other
// clients write too. One more record follows, which begins there.
func (w *worker) fillBlock(block, left int, name string, seen *fillOverhead) {
	f := w.step.Fill
	for n := range fillCommits {
		before := int64(0)
		if w.opts.Appended != nil {
			before = w.opts.Appended()
		}
		remaining := block - (int(before)+left)%block
		if n > 0 && remaining == block {
			w.commitAs(history.Sync, f.one(w.script.Seed, name+".next", 0))
			return
		}
		if remaining < seen.commit {
			remaining += block
		}
		writes := f.commit(&w.script.Size.Largest, w.script.Seed, name+"."+strconv.Itoa(n), remaining, *seen)
		w.commitAs(w.step.Durability, writes)
		if w.opts.Appended == nil {
			return
		}
		seen.note(int(w.opts.Appended()-before), len(writes), len(writes[0].Value))
	}
}

// fillOverhead is the observed number of bytes that a store adds to values: per commit of one write, and per write of a
// batch. 0 means not yet observed.
type fillOverhead struct {
	commit, write int
	apart         bool // values of fillBulk bytes are stored outside the log
}

// note learns from a commit of the given number of writes, which grew the file by grown bytes.
func (o *fillOverhead) note(grown, writes, size int) {
	switch {
	case grown <= 0: // the store has moved on to another file
	case writes == 1:
		o.commit = grown - size
		o.write = cmp.Or(o.write, o.commit)
	case grown/writes < size:
		o.apart = true
	default:
		o.write = max(1, grown/writes-size)
	}
}

// commit returns the writes of the next commit: as close to the goal as one commit should get, and exactly there if it
// is near.
func (f *Fill) commit(l *Largest, seed uint64, name string, remaining int, seen fillOverhead) []history.Write {
	size := remaining - seen.commit
	switch {
	case seen.commit == 0:
		return f.one(seed, name, 0)
	case size <= fillValueMax:
		return f.one(seed, name, size)
	case size <= 2*fillValueMax:
		return f.one(seed, name, fillValueMax/2) // leaves enough room for another commit
	case remaining <= fillMargin:
		return f.one(seed, name, fillValueMax)
	}
	bulk := l.Value(fillBulk)
	if seen.apart {
		bulk = fillValueMax
	}
	var writes []history.Write
	n := (remaining - fillMargin/2) / (bulk + seen.write)
	if l.BatchBytes != 0 {
		n = min(n, l.BatchBytes/(bulk+len(f.Key)))
	}
	for i := range max(1, n) {
		writes = append(writes, history.Write{Key: f.Key, Value: fillValue(seed, name+"."+strconv.Itoa(i), bulk)})
	}
	return writes
}

// one returns one write.
func (f *Fill) one(seed uint64, name string, size int) []history.Write {
	return []history.Write{{Key: f.Key, Value: fillValue(seed, name, size)}}
}

// fillValue is value, truncated to size.
func fillValue(seed uint64, name string, size int) []byte {
	return value(seed, name, size)[:max(0, size)]
}

// commitAs applies the writes and records them as one operation.
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
