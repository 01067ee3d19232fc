package limits

import (
	"errors"
	"fmt"
	"strings"
)

// Limits are thresholds of the engine, for tests. A zero field stands for its default.
type Limits struct {
	ManifestBytes  int64 // size at which a manifest is replaced, if it has also grown to ManifestGrowth times its first length
	ManifestGrowth int64

	ConflictKeys  int64 // writes remembered for open transactions; beyond that, the older half is forgotten
	ConflictBytes int64 // total length of their keys; likewise
	ConflictIdle  int64 // remembered writes at which those that no transaction needs are forgotten

	PendingCommits int64 // commits under way at which the next one waits; a power of two
	CommitYields   int64 // times that a commit yields to other goroutines before it sleeps
	StopFactor     int64 // writers wait at StopFactor * L0CompactionFiles tables in level 0

	SmallTables int64 // tables in a level, beyond four per TableBytes of data, at which small ones are merged
	SmallBlobs  int64 // small blob files that a compaction's inputs may refer to before it merges them

	LogSpillBytes  int64 // log bytes gathered before they are written at the end of a commit
	LogGatherBytes int64 // log bytes gathered before they are written within a commit
	LogAheadFrom   int64 // log size in bytes from which zeros are written ahead

	IndexEntries int64 // entries of a memtable at which it gets an index

	TableWholeBytes int64 // a table up to this size is read whole when it is opened
	TableTailBytes  int64 // how much is read from the end of a larger one: at least this, at most four times as much
	TableWriteBytes int64 // how much of a table is gathered into one write
	ReadAheadBytes  int64 // how much of a table a scan reads at a time, at most
	BlobWriteBytes  int64 // how much of a blob file is gathered into one write
	TableLayout     int64 // one more than the number of the layout of new tables; old stores have another layout

	FirstFile     int64 // the number of the first file of a new store
	FirstMarker   int64 // the number of its first marker
	FirstSequence int64 // the sequence number of the first commit to a new store
}

// Known describes a limit: its name, its meaning and the values that it may have. The value 0 always stands for the
// default.
type Known struct {
	Name              string
	Text              string
	Default, Min, Max int64

	field      func(*Limits) *int64
	powerOfTwo bool
}

// The largest numbers with which a new store may begin. They leave room for any number of files and commits.
const (
	firstFileMax     = 1 << 61
	firstSequenceMax = 1 << 54
)

var all = []Known{
	{
		Name: "manifest-roll", Text: "size in bytes at which a manifest is replaced by a new one", Default: 64 << 10, Min: 1, Max: 1 << 29,
		field: func(l *Limits) *int64 { return &l.ManifestBytes },
	},
	{
		Name: "manifest-growth", Text: "multiple of its first length that a manifest must also reach for that", Default: 4, Min: 1, Max: 1 << 10,
		field: func(l *Limits) *int64 { return &l.ManifestGrowth },
	},
	{
		Name: "conflict-keys", Text: "number of writes remembered for open transactions", Default: 1 << 16, Min: 1, Max: 1 << 24,
		field: func(l *Limits) *int64 { return &l.ConflictKeys },
	},
	{
		Name: "conflict-bytes", Text: "total key bytes of these writes", Default: 8 << 20, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.ConflictBytes },
	},
	{
		Name: "conflict-idle", Text: "number of remembered writes at which those that no transaction needs are forgotten", Default: 64, Min: 1, Max: 1 << 24,
		field: func(l *Limits) *int64 { return &l.ConflictIdle },
	},
	{
		Name: "pending-commits", Text: "number of commits under way at which the next one waits", Default: 1 << 9, Min: 1, Max: 1 << 16,
		field: func(l *Limits) *int64 { return &l.PendingCommits }, powerOfTwo: true,
	},
	{
		Name: "commit-yields", Text: "times that a commit yields to others before it sleeps", Default: 20, Min: 1, Max: 1 << 16,
		field: func(l *Limits) *int64 { return &l.CommitYields },
	},
	{
		Name: "stop-factor", Text: "writers wait when level 0 has this many times the tables that start a compaction", Default: 5, Min: 1, Max: 1 << 10,
		field: func(l *Limits) *int64 { return &l.StopFactor },
	},
	{
		Name: "small-tables", Text: "number of tables in a level, beyond those that its data needs, at which small ones are merged", Default: 8, Min: 1, Max: 1 << 20,
		field: func(l *Limits) *int64 { return &l.SmallTables },
	},
	{
		Name: "small-blobs", Text: "number of small blob files that a compaction leaves unmerged", Default: 4, Min: 1, Max: 1 << 20,
		field: func(l *Limits) *int64 { return &l.SmallBlobs },
	},
	{
		Name: "log-spill", Text: "log bytes gathered before they are written at the end of a commit", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.LogSpillBytes },
	},
	{
		Name: "log-gather", Text: "log bytes gathered before they are written within a commit", Default: 1 << 20, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.LogGatherBytes },
	},
	{
		Name: "log-ahead-from", Text: "log size in bytes from which zeros are written ahead", Default: 8 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.LogAheadFrom },
	},
	{
		Name: "memtable-index", Text: "number of entries at which a memtable gets an index", Default: 4096, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.IndexEntries },
	},
	{
		Name: "table-whole", Text: "size in bytes up to which a table is read whole when it is opened", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.TableWholeBytes },
	},
	{
		Name: "table-tail", Text: "bytes read from the end of a larger table", Default: 8 << 10, Min: 64, Max: 1 << 24,
		field: func(l *Limits) *int64 { return &l.TableTailBytes },
	},
	{
		Name: "table-write", Text: "bytes of a table written at a time", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.TableWriteBytes },
	},
	{
		Name: "read-ahead", Text: "bytes of a table read at a time by a scan", Default: 256 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.ReadAheadBytes },
	},
	{
		Name: "blob-write", Text: "bytes of a blob file written at a time", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.BlobWriteBytes },
	},
	{
		Name: "table-layout", Text: "layout of new tables: 1 has restart points, as in old stores, 2 has columns", Default: 2, Min: 1, Max: 2,
		field: func(l *Limits) *int64 { return &l.TableLayout },
	},
	{
		Name: "first-file", Text: "number of a new store's first file", Default: 1, Min: 1, Max: firstFileMax,
		field: func(l *Limits) *int64 { return &l.FirstFile },
	},
	{
		Name: "first-marker", Text: "number of a new store's first marker", Default: 1, Min: 1, Max: firstFileMax,
		field: func(l *Limits) *int64 { return &l.FirstMarker },
	},
	{
		Name: "first-sequence", Text: "sequence number of a new store's first commit", Default: 1, Min: 1, Max: firstSequenceMax,
		field: func(l *Limits) *int64 { return &l.FirstSequence },
	},
}

// All returns every limit, in the order of the fields of Limits.
func All() []Known { return append([]Known(nil), all...) }

// defaults has every limit at its default.
var defaults = func() (l Limits) {
	for i := range all {
		*all[i].field(&l) = all[i].Default
	}
	return l
}()

// Default returns the limits used in production.
func Default() Limits { return defaults }

// EnsureDefaults replaces zero fields with their defaults.
func (l *Limits) EnsureDefaults() {
	if *l == (Limits{}) {
		*l = defaults
		return
	}
	for i := range all {
		if field := all[i].field(l); *field == 0 {
			*field = all[i].Default
		}
	}
}

// Set sets a limit by name. The error lists the known names or the values that the limit may have.
func (l *Limits) Set(name string, value int64) error {
	var names []string
	for i := range all {
		if k := &all[i]; k.Name == name {
			*k.field(l) = value
			return k.check(value)
		}
		names = append(names, all[i].Name)
	}
	return fmt.Errorf("no limit is called %q; choose one of %s", name, strings.Join(names, ", "))
}

// Validate returns an error that names every limit with an invalid value. Zero is valid.
func (l *Limits) Validate() error {
	if *l == (Limits{}) {
		return nil
	}
	var errs []error
	for i := range all {
		if k := &all[i]; *k.field(l) != 0 {
			errs = append(errs, k.check(*k.field(l)))
		}
	}
	return errors.Join(errs...)
}

func (k *Known) check(value int64) error {
	switch {
	case value < k.Min || value > k.Max:
		return fmt.Errorf("the limit %s is %d, want %d to %d", k.Name, value, k.Min, k.Max)
	case k.powerOfTwo && value&(value-1) != 0:
		return fmt.Errorf("the limit %s is %d, want a power of two", k.Name, value)
	}
	return nil
}

// String lists the limits that differ from their defaults, for example "manifest-roll 200, first-file 999999".
func (l Limits) String() string {
	var words []string
	for i := range all {
		if k := &all[i]; *k.field(&l) != 0 && *k.field(&l) != k.Default {
			words = append(words, fmt.Sprintf("%s %d", k.Name, *k.field(&l)))
		}
	}
	return strings.Join(words, ", ")
}
