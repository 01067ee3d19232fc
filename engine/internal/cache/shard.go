package cache

import (
	"sync"
	"sync/atomic"
)

// A shard is an independent cache. Its slots form a ring, over which a hand sweeps to find a block to evict (CLOCK).
type shard struct {
	capacity     int64
	hits, misses atomic.Uint64

	mu struct {
		sync.RWMutex
		places map[blockID]uint32 // has no pointers, so the garbage collector does not scan it
		slots  []slot
		free   []uint32 // empty slots
		hand   int
		bytes  int64
	}
	_ [8]byte // pads to 128 bytes: a hit writes the cache line of the lock and counters, which no other shard may share
}

// A slot holds a block. It is empty if block is nil.
type slot struct {
	id    blockID
	block []byte
	used  atomic.Bool // used since the hand last passed; readers set it under the read lock
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
	if !slot.used.Load() { // usually set already; a store would take the cache line from other readers
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
	slot.used.Store(false) // a block read once is evicted before one read again
	s.mu.places[id] = at
	s.mu.bytes += int64(len(block))
}

// emptySlot returns the number of an empty slot and removes it from the free list.
func (s *shard) emptySlot() uint32 {
	if n := len(s.mu.free); n > 0 {
		at := s.mu.free[n-1]
		s.mu.free = s.mu.free[:n-1]
		return at
	}
	s.mu.slots = append(s.mu.slots, slot{})
	return uint32(len(s.mu.slots) - 1)
}

// evict moves the hand to the first block not used since the hand last passed it, and drops that block. The shard must
// hold a block.
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
