package accounts

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/engine"
)

// reading collects what was found in a table.
type reading struct {
	said *engine.TableInfo // by the manifest
	o    engine.Options

	entries, tombstones  uint64
	keyBytes, valueBytes uint64                    // without references to blob files
	uses                 map[string]engine.BlobUse // by file; their bytes count only the values
	first, last          engine.Entry
}

// table reads a table and compares it with its description in the manifest.
func table(dir string, said *engine.TableInfo, o engine.Options, c *content) error {
	r := &reading{said: said, o: o, uses: map[string]engine.BlobUse{}}
	t, err := engine.InspectTable(filepath.Join(dir, said.File), o, func(e engine.Entry) error {
		return errors.Join(r.entry(&e), c.add(&e))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", said.File, err)
	}
	for _, d := range t.RangeDeletes {
		if err := c.add(&engine.Entry{Seq: d.Seq, Kind: "delete range", Key: d.Start, Value: d.End}); err != nil {
			return err
		}
	}
	if r.entries > 0 && (string(r.first.Key) < string(t.Smallest) || string(r.last.Key) > string(t.Largest)) {
		return fmt.Errorf("%w: %s has keys from %q to %q, but records a range from %q to %q", ErrWrong, said.File, r.first.Key, r.last.Key, t.Smallest, t.Largest)
	}
	all := r.entries + uint64(len(t.RangeDeletes))
	return errors.Join(
		differ("entries of "+said.File, t.Entries, all),
		differ("entries of "+said.File+" according to the manifest", said.Entries, all),
		differ("tombstones of "+said.File, said.Tombstones, r.tombstones),
		differ("bytes of "+said.File, said.Bytes, t.Bytes),
		differ("first key of "+said.File, string(said.Smallest), string(t.Smallest)),
		differ("last key of "+said.File, string(said.Largest), string(t.Largest)),
		differ("bytes of keys of "+said.File, t.RawKeyBytes, r.keyBytes),
		differ("bytes of values of "+said.File+", without references", t.RawValueBytes >= r.valueBytes, true),
		differ("bytes of values of "+said.File, len(r.uses) > 0 || t.RawValueBytes == r.valueBytes, true),
		r.used(), r.parts(&t),
	)
}

// entry checks an entry. Entries of one key come newest first. A value of at least BlobValueBytes must be in a blob
// file; a shorter one must not, unless it was too long for a log.
func (r *reading) entry(e *engine.Entry) error {
	same := r.entries > 0 && string(e.Key) == string(r.last.Key)
	if r.entries > 0 && string(e.Key) < string(r.last.Key) || same && e.Seq >= r.last.Seq || e.Seq < r.said.MinSeq || e.Seq > r.said.MaxSeq {
		return fmt.Errorf("%w: %s has %q at sequence number %d after %q at %d, and records numbers from %d to %d",
			ErrWrong, r.said.File, e.Key, e.Seq, r.last.Key, r.last.Seq, r.said.MinSeq, r.said.MaxSeq)
	}
	least := uint64(max(r.o.BlobValueBytes, 0))
	switch {
	case e.Blob != nil:
		u := r.uses[e.Blob.File]
		r.uses[e.Blob.File] = engine.BlobUse{Values: u.Values + 1, Bytes: u.Bytes + e.Blob.Bytes}
		if e.Blob.Bytes < least && e.Blob.Bytes <= uint64(r.o.LargeValueBytes) || least == 0 {
			return fmt.Errorf("%w: %s has a value of %d bytes in a blob file, where only values of %d bytes or more belong", ErrWrong, r.said.File, e.Blob.Bytes, least)
		}
	case e.Kind == "set" && least > 0 && uint64(len(e.Value)) >= least:
		return fmt.Errorf("%w: %s has a value of %d bytes, although values of %d bytes or more go to blob files", ErrWrong, r.said.File, len(e.Value), least)
	case e.Kind == "delete":
		r.tombstones++
	default:
		r.valueBytes += uint64(len(e.Value))
	}
	if r.entries++; r.entries == 1 {
		r.first = engine.Entry{Key: slices.Clone(e.Key), Seq: e.Seq}
	}
	r.keyBytes += uint64(len(e.Key))
	r.last.Key, r.last.Seq = append(r.last.Key[:0], e.Key...), e.Seq
	return nil
}

// used compares the values that the table has in blob files with those that the manifest records.
func (r *reading) used() error {
	wrong := differ("blob files that "+r.said.File+" refers to", len(r.said.Blobs), len(r.uses))
	for _, said := range r.said.Blobs {
		found := r.uses[said.File]
		wrong = errors.Join(wrong,
			differ("values that "+r.said.File+" has in "+said.File, said.Values, found.Values),
			differ("stored bytes of these values are between once and twice their length", said.Bytes >= found.Bytes && said.Bytes <= 2*found.Bytes+slackBytes*found.Values, true),
		)
	}
	return wrong
}

// parts checks that the parts of a table follow one another up to its end, and that the data blocks hold its entries.
func (r *reading) parts(t *engine.TableInfo) error {
	at := int64(0)
	var blocks []*engine.DataInfo
	for _, p := range t.Parts {
		if p.Offset < at || p.Bytes < 0 {
			return fmt.Errorf("%w: %s: the %s begins at offset %d, before the previous part ends at %d", ErrWrong, t.File, p.Name, p.Offset, at)
		}
		at = p.Offset + p.Bytes
		if p.Data == nil {
			continue
		}
		blocks = append(blocks, p.Data)
		if p.Data.PayloadBytes == 0 || string(p.Data.FirstKey) > string(p.Data.LastKey) {
			return fmt.Errorf("%w: %s: the block at offset %d has %d bytes and keys from %q to %q", ErrWrong, t.File, p.Offset, p.Data.PayloadBytes, p.Data.FirstKey, p.Data.LastKey)
		}
	}
	wrong := differ("end of the last part of "+t.File, at, int64(t.Bytes))
	if len(blocks) == 0 {
		return errors.Join(wrong, differ("entries of "+t.File+", which has no blocks", r.entries, 0))
	}
	end := blocks[len(blocks)-1]
	return errors.Join(wrong,
		differ("first key of the first block of "+t.File, string(blocks[0].FirstKey), string(r.first.Key)),
		differ("last key of the last block of "+t.File, string(end.LastKey), string(r.last.Key)),
		differ("sequence number of the last entry of "+t.File, end.LastSeq, r.last.Seq),
	)
}
