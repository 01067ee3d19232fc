package repair

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// tableBytesMax is the size of the largest damaged table that is read into memory.
const tableBytesMax = 8 << 30

// readTables returns an iterator for each table that the store needs. Damaged tables are read into memory.
func (r *repairer) readTables() ([]key.Iterator, error) {
	var all []key.Iterator
	nums, wanted := r.files.Tables, map[uint64]manifest.Table{}
	if r.whole {
		nums = nil
		for _, level := range r.state.Levels {
			for _, t := range level {
				nums, wanted[t.Num] = append(nums, t.Num), t
			}
		}
		slices.Sort(nums)
	}
	for _, num := range nums {
		it, err := r.readTable(num, wanted[num])
		if err != nil {
			return nil, err
		}
		if it != nil {
			r.report.Tables++
			all = append(all, r.readable(it, filename.Table(num), nil))
		}
	}
	return all, nil
}

func (r *repairer) readTable(num uint64, wanted manifest.Table) (key.Iterator, error) {
	name := filename.Table(num)
	f, err := r.store.Dir.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.loseTable(name, wanted, "the file is missing")
		return nil, nil
	case errors.Is(err, corrupt.Err):
		r.loseTable(name, wanted, err.Error())
		return nil, nil
	case err != nil:
		return nil, err
	}
	reader, damage := r.openTable(f, num, wanted)
	switch {
	case errors.Is(damage, sst.ErrVersion):
		return nil, errors.Join(fmt.Errorf("%w: %w", manifest.ErrVersion, damage), f.Close())
	case errors.Is(damage, corrupt.Err):
		content, err := durable.Content(f, name, tableBytesMax)
		if err = errors.Join(err, f.Close()); errors.Is(err, corrupt.Err) {
			r.loseTable(name, wanted, err.Error())
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return r.salvageTable(name, content, wanted), nil
	case damage != nil:
		return nil, errors.Join(damage, f.Close())
	}
	other, err := r.isOther(reader, wanted)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if other != "" {
		r.loseTable(name, wanted, other)
		return nil, f.Close()
	}
	r.last = max(r.last, reader.Meta().MaxSeq)
	r.tables = append(r.tables, &view.Table{Table: manifest.Table{Num: num}, File: f, Reader: reader})
	r.ranges = append(r.ranges, reader.Ranges())
	return reader.NewIterator(), nil
}

// openTable opens and verifies a table. It tries the length stated in the manifest if the file is that long, and
// otherwise the whole file.
func (r *repairer) openTable(f afero.File, num uint64, wanted manifest.Table) (reader *sst.Reader, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	sizes := []int64{size}
	if r.whole && wanted.Bytes < uint64(size) {
		sizes = []int64{int64(wanted.Bytes), size}
	}
	for _, size := range sizes {
		reader, err = sst.Open(f, size, sst.ReaderOptions{Name: filename.Table(num), FileNum: num})
		if err == nil {
			err = reader.Verify()
		}
		if !errors.Is(err, corrupt.Err) {
			break
		}
	}
	return reader, err
}

// isOther returns the reason why an intact table is not the one that the store needs, or "". Entries of such a table
// must not be used: they would bring back what the store has deleted since, or contents of another store.
func (r *repairer) isOther(reader *sst.Reader, wanted manifest.Table) (string, error) {
	if m := reader.Meta(); !r.whole {
		if m.MaxSeq > manifest.SeqMax {
			return fmt.Sprintf("sequence numbers up to %d, which is more than any store reaches", m.MaxSeq), nil
		}
		return "", nil
	} else if !view.Is(&wanted, m) {
		return another(m, wanted), nil
	}
	found := map[uint64]manifest.Blobs{}
	it := reader.NewIterator()
	for ok := it.First(); ok; ok = it.Next() {
		if ref, ok := blob.DecodeRef(it.Value()); ok && it.Trailer().Kind() == key.BlobSet {
			u := found[ref.File]
			found[ref.File] = manifest.Blobs{File: ref.File, Values: u.Values + 1, Bytes: u.Bytes + ref.Bytes()}
		}
	}
	listed := map[uint64]manifest.Blobs{}
	for _, u := range wanted.Blobs {
		listed[u.File] = u
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil || maps.Equal(found, listed) {
		return "", err
	}
	return "not the table that the manifest lists: it refers to other values in blob files", nil
}

// another describes how a table differs from the one listed in the manifest.
func another(m sst.Meta, wanted manifest.Table) string {
	return fmt.Sprintf("not the table that the manifest lists: %d entries %d to %d of keys %.40q to %.40q in %d bytes, want %d"+
		" entries %d to %d of keys %.40q to %.40q in %d bytes", m.Entries, m.MinSeq, m.MaxSeq, m.Smallest, m.Largest, m.Bytes,
		wanted.Entries, wanted.MinSeq, wanted.MaxSeq, wanted.Smallest, wanted.Largest, wanted.Bytes)
}

// loseTable reports that a table is lost as a whole.
func (r *repairer) loseTable(name string, wanted manifest.Table, cause string) {
	r.warn(warnTable)
	l := Loss{File: name, Bytes: -1, Cause: cause}
	if r.whole {
		l.Bytes, l.After, l.Before = int64(wanted.Bytes), wanted.Smallest, wanted.Largest
		l.Cause += "; the keys are its first and last"
	}
	r.lose(l)
}

// salvageTable returns what is intact in a damaged table and reports the rest. It returns nil if the content is that of
// another table.
func (r *repairer) salvageTable(name string, content []byte, wanted manifest.Table) key.Iterator {
	m := memtable.New(2*len(content) + 1)
	in, s := m.Inserter(), salvaged{}
	ranges, gaps := sst.Salvage(content, name, func(user []byte, tr key.Trailer, value []byte) {
		in.Add(user, tr, value)
		s.add(user, user, tr.Seq())
	})
	s.addRanges(ranges)
	if why := r.isForeign(content, name, s, wanted); why != "" {
		r.loseTable(name, wanted, why)
		return nil
	}
	r.warn(warnTable)
	r.ranges, r.last = append(r.ranges, ranges), max(r.last, s.MaxSeq)
	if r.whole && len(gaps) == 0 && s.Entries < wanted.Entries {
		r.lose(Loss{
			File: name, Bytes: -1, After: wanted.Smallest, Before: wanted.Largest,
			Cause: fmt.Sprintf("%d of %d entries are missing", wanted.Entries-s.Entries, wanted.Entries),
		})
	}
	for _, g := range gaps {
		l := Loss{File: name, Offset: g.Offset, Bytes: g.Bytes, After: g.After, Before: g.Before, Cause: g.Cause.Error()}
		if g.Ranges { // they may have hidden keys anywhere in the table, even between readable entries
			r.warn(warnRanges)
			l.After, l.Before = nil, nil
			l.Cause += "; range deletes that were or may have been here no longer hide anything in the table"
		}
		if g.Unindexed && r.whole && !s.all(wanted) {
			l.After, l.Before = nil, nil
			l.Cause += "; nothing proves that what was found before it is from this table, or complete"
		}
		if l.After == nil { // use the table's bounds from the manifest, if that is readable
			l.After = wanted.Smallest
		}
		if l.Before == nil {
			l.Before = wanted.Largest
		}
		r.lose(l)
	}
	return m.NewIterator()
}

// salvaged sums up the readable entries of a damaged table.
type salvaged struct{ sst.Meta }

func (s *salvaged) add(smallest, largest []byte, seq key.Seq) {
	if s.Entries == 0 || bytes.Compare(smallest, s.Smallest) < 0 {
		s.Smallest = bytes.Clone(smallest)
	}
	if s.Entries == 0 || bytes.Compare(largest, s.Largest) > 0 {
		s.Largest = bytes.Clone(largest)
	}
	if s.Entries == 0 || seq < s.MinSeq {
		s.MinSeq = seq
	}
	s.Entries, s.MaxSeq = s.Entries+1, max(s.MaxSeq, seq)
}

func (s *salvaged) addRanges(ranges rangedel.Set) {
	for i := range ranges {
		s.add(ranges[i].Start, ranges[i].Last(), ranges[i].Seq)
	}
}

// all reports whether the entries match the count and the bounds that the manifest lists for the table.
func (s *salvaged) all(wanted manifest.Table) bool {
	return s.Entries == wanted.Entries && s.MinSeq == wanted.MinSeq && s.MaxSeq == wanted.MaxSeq &&
		bytes.Equal(s.Smallest, wanted.Smallest) && bytes.Equal(s.Largest, wanted.Largest)
}

// isForeign returns the reason why the entries of a damaged table are not those of the table that the store needs, or
// "". The evidence is its properties, if readable, or an entry that the manifest rules out.
func (r *repairer) isForeign(content []byte, name string, s salvaged, wanted manifest.Table) string {
	if !r.whole {
		if s.MaxSeq > manifest.SeqMax {
			return fmt.Sprintf("sequence numbers up to %d, which is more than any store reaches", s.MaxSeq)
		}
		return ""
	}
	if m, ok := sst.SalvageMeta(content, name); ok && !view.Is(&wanted, m) {
		return another(m, wanted)
	}
	if s.Entries > 0 && (s.Entries > wanted.Entries || s.MinSeq < wanted.MinSeq || s.MaxSeq > wanted.MaxSeq ||
		bytes.Compare(s.Smallest, wanted.Smallest) < 0 || bytes.Compare(s.Largest, wanted.Largest) > 0) {
		return another(s.Meta, wanted)
	}
	return ""
}
