package accounts

import (
	"sync"

	"github.com/lightningdb/lightning-torture/engine"
)

// Book records what was done to a store since it was opened.
type Book struct {
	mu    sync.Mutex
	now   tally
	clock clock

	opening opening
}

// tally holds the counts.
type tally struct {
	commits, conflicts   int64
	payload              int64 // bytes of committed keys and values
	writes               int64
	flushes, flushed     int64
	begun                int64 // flushes and compactions that began
	memtables            int64
	compactions, written int64
	moves, whole         int64 // compactions that only moved a table, and those that merged everything
	tablesGone, blobGone int64
	stalls, dropped      int64
	largest              int64 // bytes of the largest table that was a compaction's only output
	failures             []error
	checkpoints          []engine.CheckpointInfo
	collections          int64 // compactions to collect garbage in blob files
	synced               int64 // commits with Sync
}

// Commit notes a successful commit with the given number of writes and bytes of keys and values.
func (b *Book) Commit(writes, bytes int) {
	b.note(func(t *tally) {
		t.commits, t.writes, t.payload = t.commits+1, t.writes+int64(writes), t.payload+int64(bytes)
	})
}

// Synced notes that the last noted commit was synced.
func (b *Book) Synced() { b.note(func(t *tally) { t.synced++ }) }

// Conflict notes a transaction that lost to another commit.
func (b *Book) Conflict() { b.note(func(t *tally) { t.conflicts++ }) }

// Whole returns the number of compactions that merged everything.
func (b *Book) Whole() int64 { return b.tally().whole }

// Listener returns a listener that notes the store's events.
func (b *Book) Listener() *engine.EventListener {
	return &engine.EventListener{
		FlushBegin:      func(mems int) { b.note(func(t *tally) { t.begun++; t.memtables += int64(mems) }) },
		CompactionBegin: func(engine.CompactionInfo) { b.note(func(t *tally) { t.begun++ }) },
		FlushDone: func(i engine.FlushInfo) {
			b.note(func(t *tally) {
				t.flushes, t.flushed, t.memtables = t.flushes+1, t.flushed+int64(i.Bytes), t.memtables-int64(i.Memtables)
			})
		},
		CompactionDone: func(i engine.CompactionInfo) {
			b.note(func(t *tally) {
				if t.compactions++; i.Moved {
					t.moves++
				} else {
					t.written += int64(i.OutputBytes)
					t.dropped += int64(i.Dropped)
					if i.Reason == engine.CompactionBlobs {
						t.collections++
					}
					if i.Reason == engine.CompactionManual {
						t.whole++
					}
					if i.OutputTables == 1 && i.Reason != engine.CompactionSmall { // whose output is always one table
						t.largest = max(t.largest, int64(i.OutputBytes))
					}
				}
			})
		},
		TableDeleted:    func(uint64) { b.note(func(t *tally) { t.tablesGone++ }) },
		BlobFileDeleted: func(uint64) { b.note(func(t *tally) { t.blobGone++ }) },
		WriteStall:      func(engine.StallInfo) { b.note(func(t *tally) { t.stalls++ }) },
		BackgroundError: func(err error) { b.note(func(t *tally) { t.failures = append(t.failures, err) }) },
		ManifestRolled:  func(uint64) {},
		WALCreated:      func(uint64) {},
		CheckpointDone:  func(i engine.CheckpointInfo) { b.note(func(t *tally) { t.checkpoints = append(t.checkpoints, i) }) },
	}
}

func (b *Book) note(change func(*tally)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.now)
}

func (b *Book) tally() tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}
