package sst

import (
	"bytes"
	"context"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Verify reads the whole file again, bypassing all caches, and checks everything a Writer promises: checksums, the
// order of entries within and across blocks, restart points, index, properties, and that the filter admits every key.
// It returns the first damage.
func (r *Reader) Verify() error { return r.VerifyUntil(context.Background()) }

// VerifyUntil is Verify, but ends when ctx is done, with an error that satisfies cancel.Is.
func (r *Reader) VerifyUntil(ctx context.Context) error {
	fresh, err := Open(cancel.ReaderAt(ctx, r.r), r.size, ReaderOptions{Name: r.o.Name})
	if err != nil {
		return err
	}
	if fresh.root != r.root {
		return corrupt.At(r.o.Name, r.size-footerBytes, "the footer has changed since the table was opened")
	}
	if err := fresh.load(); err != nil {
		return err
	}
	v := verifier{r: fresh, ahead: readAhead{r: fresh}}
	for i := range fresh.index {
		if err := v.block(i); err != nil {
			return err
		}
	}
	return v.totals()
}

// A verifier reads a table from its first entry to its last.
type verifier struct {
	r           *Reader
	ahead       readAhead
	at          handle // the current block
	seen        properties
	last        []byte
	lastTrailer key.Trailer
}

func (v *verifier) damage(format string, args ...any) error {
	return corrupt.At(v.r.o.Name, int64(v.at.offset), format, args...)
}

func (v *verifier) block(n int) error {
	v.at = v.r.index[n].handle
	payload, err := v.ahead.forward(n)
	if err != nil {
		return err
	}
	i := blockIter{layout: v.r.layout}
	if i.reset(payload) != nil {
		return v.damage("malformed block")
	}
	restarts := 0
	for ok := i.first(); ok; ok = i.next() {
		if restarts < i.restartCount() && i.offset == i.restart(restarts) {
			if i.shared != 0 {
				return v.damage("restart point at %d shares %d bytes with its predecessor", i.offset, i.shared)
			}
			restarts++
		}
		if err := v.entry(&i); err != nil {
			return err
		}
	}
	i.broken = i.broken || i.layout == Columns && !i.columns.verify()
	if i.broken || restarts != i.restartCount() {
		return v.damage("malformed block: only %d of %d restart points begin an entry", restarts, i.restartCount())
	}
	if x := v.r.index[n]; !bytes.Equal(x.user, v.last) || x.trailer != v.lastTrailer {
		return v.damage("last entry is %q #%d, but the index says %q #%d", v.last, v.lastTrailer, x.user, x.trailer)
	}
	return nil
}

func (v *verifier) entry(i *blockIter) error {
	if v.seen.meta.Entries > 0 && key.Compare(v.last, v.lastTrailer, i.user, i.trailer) >= 0 {
		return v.damage("entry %q #%d after %q #%d", i.user, i.trailer, v.last, v.lastTrailer)
	}
	if !hasKind(i.trailer) {
		return v.damage("entry %q #%d has an invalid kind", i.user, i.trailer)
	}
	if !v.r.filter.mayHold(hashKey(i.user)) {
		return v.damage("the filter rejects key %q", i.user)
	}
	v.seen.add(i.user, i.trailer, i.value)
	v.last, v.lastTrailer = append(v.last[:0], i.user...), i.trailer
	return nil
}

// hasKind reports whether an entry is of a kind that tables may contain.
func hasKind(tr key.Trailer) bool {
	switch tr.Kind() {
	case key.Delete, key.Set, key.BlobSet:
		return true
	case key.RangeDelete: // stored apart from the entries
	}
	return false
}

// totals compares the properties with what was read.
func (v *verifier) totals() error {
	v.at = v.r.root.properties
	v.seen.meta.Largest = v.last
	v.seen.addRanges(v.r.ranges)
	got, want := v.r.props.appendCounts(nil), v.seen.appendCounts(nil)
	if !bytes.Equal(got, want) {
		return v.damage("properties say %+v, but the blocks hold %+v", v.r.props, v.seen)
	}
	return nil
}
