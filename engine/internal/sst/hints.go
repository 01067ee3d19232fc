package sst

import (
	"bytes"
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

const hintedBlocksMin = 8 // an index with fewer is searched without hints

// hints let a search of the index avoid the keys: eight bytes of each key, after the prefix shared by all of them, are
// stored side by side and sort like the keys.
type hints struct {
	prefix []byte
	words  []uint64 // empty for a small index
}

func makeHints(x index) hints {
	if len(x) < hintedBlocksMin {
		return hints{}
	}
	first := x[0].user
	h := hints{prefix: first[:sharedPrefix(first, x[len(x)-1].user)], words: make([]uint64, len(x))}
	for i := range x {
		h.words[i] = hintWord(x[i].user[len(h.prefix):])
	}
	return h
}

// hintWord is hint with eight bytes.
func hintWord(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var eight [8]byte
	copy(eight[:], b)
	return binary.BigEndian.Uint64(eight[:])
}

// seekIndex is a faster index.seek.
func (r *Reader) seekIndex(user []byte, tr key.Trailer) int {
	words := r.hints.words
	if len(words) == 0 {
		return r.index.seek(user, tr)
	}
	if !bytes.HasPrefix(user, r.hints.prefix) {
		if bytes.Compare(user, r.hints.prefix) < 0 {
			return 0
		}
		return len(words)
	}
	word := hintWord(user[len(r.hints.prefix):])
	low, high := 0, len(words)
	for low < high {
		if middle := int(uint(low+high) / 2); words[middle] < word {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for step := 1; high < len(words) && words[high] == word; step *= 2 {
		high = min(high+step, len(words))
	}
	return r.index.seekBetween(low, high, user, tr)
}
