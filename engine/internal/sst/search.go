package sst

import (
	"sync"
	"sync/atomic"
)

// search holds what is needed to find entries. Its memory is proportional to the number of entries, and reading it
// would take most of the time needed to open a store of many tables. So the first search reads it. A failed attempt
// leaves no trace.
type search struct {
	loaded  atomic.Bool // the fields below may be read
	loading sync.Mutex

	filter filter
	index  index
	hints  hints // the hints of the index
}

// load makes filter and index usable.
func (r *Reader) load() error {
	if r.loaded.Load() {
		return nil
	}
	return r.loadOnce()
}

func (r *Reader) loadOnce() error {
	r.loading.Lock()
	defer r.loading.Unlock()
	if r.loaded.Load() {
		return nil
	}
	start := r.root.filter.offset
	b, err := r.read(nil, start, uint64(r.size)-start)
	if err != nil {
		return err
	}
	return r.decodeSearch(b)
}

// decodeSearch decodes filter and index from b, which starts with the filter.
func (r *Reader) decodeSearch(b []byte) (err error) {
	base := r.root.filter.offset
	payload := func(h handle) ([]byte, error) {
		return unseal(r.o.Name, b[h.offset-base:h.end()-base], h)
	}
	filterPayload, err := payload(r.root.filter)
	if err != nil {
		return err
	}
	if r.filter = filter(filterPayload); !r.filter.valid() {
		return r.malformed(r.root.filter, "filter")
	}
	indexPayload, err := payload(r.root.index)
	if err != nil {
		return err
	}
	if r.index, err = decodeIndex(indexPayload, r.dataEnd); err != nil || (len(r.index) == 0) != (r.points() == 0) {
		return r.malformed(r.root.index, "index")
	}
	r.hints = makeHints(r.index)
	if r.whole != nil {
		r.kept = make([]atomic.Pointer[[]byte], len(r.index))
	}
	r.loaded.Store(true)
	return nil
}
