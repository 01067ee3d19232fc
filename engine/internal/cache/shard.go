package cache

import (
	"sync"
	"sync/atomic"
)

// A shard is a cache of its own. Its slots form a ring, over which a hand sweeps to find what may go (CLOCK).
type shard struct {
	capacity     int64
	hits, misses atomic.Uint64

	mu struct {
		sync.RWMutex
		places map[blockID]uint32 // has no pointers, so the garbage collector does not look into it
		slots  []slot
		free   []uint32 // empty slots
		hand   int
		bytes  int64
	}
	_ [8]byte // to 128: a hit writes the line of the lock and the counters, which no other shard may share
}

// A slot holds a block, or none if block is nil.
type slot struct {
	id    blockID
	block []byte
	used  atomic.Bool // it was used since the hand came by; readers set it under the read lock
}

func (s *shard) get(id blockID) []byte {
	s.mu.RLock()
	at, ok := s.mu.places[id]
	if !ok {
		s.mu.RUnlock()
		s.misses.Add(1)
		return nil
	}
	slot := &s.mu.slots[at]
	block := slot.block
	if !slot.used.Load() { // most are; a store would take the cache line from other readers
		slot.used.Store(true)
	}
	s.mu.RUnlock()
	s.hits.Add(1)
	return block
}

func (s *shard) put(id blockID, block []byte) {
	if int64(len(block)) > s.capacity {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.places == nil {
		s.mu.places = make(map[blockID]uint32)
	}
	if at, ok := s.mu.places[id]; ok {
		s.empty(at)
	}
	for s.mu.bytes+int64(len(block)) > s.capacity {
		s.evict()
	}
	at := s.emptySlot()
	slot := &s.mu.slots[at]
	slot.id, slot.block = id, block
	slot.used.Store(false) // what is read once goes before what is read again
	s.mu.places[id] = at
	s.mu.bytes += int64(len(block))
}

// emptySlot returns the number of a slot that holds nothing, and is no longer free.
func (s *shard) emptySlot() uint32 {
	if n := len(s.mu.free); n > 0 {
		at := s.mu.free[n-1]
		s.mu.free = s.mu.free[:n-1]
		return at
	}
	s.mu.slots = append(s.mu.slots, slot{})
	return uint32(len(s.mu.slots) - 1)
}

// evict moves the hand to the first block that was not used since it last came by, and drops that block. The shard must
// have a block.
func (s *shard) evict() {
	for {
		s.mu.hand = (s.mu.hand + 1) % len(s.mu.slots)
		slot := &s.mu.slots[s.mu.hand]
		if slot.block == nil {
			continue
		}
		if !slot.used.Swap(false) {
			s.empty(uint32(s.mu.hand))
			return
		}
	}
}

// empty drops the block of a slot.
func (s *shard) empty(at uint32) {
	slot := &s.mu.slots[at]
	delete(s.mu.places, slot.id)
	s.mu.bytes -= int64(len(slot.block))
	slot.block = nil
	s.mu.free = append(s.mu.free, at)
}

func (s *shard) addTo(m *Metrics) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m.Hits += s.hits.Load()
	m.Misses += s.misses.Load()
	m.Blocks += len(s.mu.places)
	m.Bytes += s.mu.bytes
}
