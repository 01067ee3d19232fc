package sst

// block returns the payload of the i-th data block, which must not be modified.
func (r *Reader) block(i int) ([]byte, error) {
	h := r.index[i].handle
	if r.whole != nil {
		return r.keptBlock(i, h)
	}
	if r.o.Cache != nil {
		if b := r.o.Cache.Get(r.o.FileNum, h.offset); b != nil {
			return b, nil
		}
	}
	raw, err := r.read(nil, h.offset, h.end()-h.offset)
	if err != nil {
		return nil, err
	}
	payload, err := unseal(r.o.Name, raw, h)
	if err == nil && r.o.Cache != nil {
		r.o.Cache.Put(r.o.FileNum, h.offset, payload)
	}
	return payload, err
}

// keptBlock is block for a file held in memory. The first use of a block verifies and decompresses it for all later
// ones. A damaged block is not kept, so every use of it reports the damage.
func (r *Reader) keptBlock(i int, h handle) ([]byte, error) {
	if p := r.kept[i].Load(); p != nil {
		return *p, nil
	}
	payload, err := unseal(r.o.Name, r.whole[h.offset:h.end()], h)
	if err == nil {
		r.kept[i].Store(&payload) // goroutines that race here store equal payloads
	}
	return payload, err
}
