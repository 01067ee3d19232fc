package limits

import (
	"errors"
	"fmt"
	"strings"
)

// Limits are thresholds of the engine, for tests. The zero value, and any field that is zero, stands for the default.
type Limits struct {
	ManifestBytes  int64 // a manifest of this size is replaced, if it is also ManifestGrowth times as long as it began
	ManifestGrowth int64

	ConflictKeys  int64 // writes that are remembered for open transactions; beyond, the older half is forgotten
	ConflictBytes int64 // length of their keys; likewise
	ConflictIdle  int64 // writes from which what no transaction needs is looked for

	PendingCommits int64 // commits under way at which the next one waits; a power of two
	CommitYields   int64 // how often a commit lets other goroutines run before it sleeps
	StopFactor     int64 // times L0CompactionFiles: tables in level 0 at which writers wait

	SmallTables int64 // tables of a level, beside four for each TableBytes in it, from which small ones are merged
	SmallBlobs  int64 // small blob files that a compaction's inputs may refer to before it merges them

	LogSpillBytes  int64 // what is gathered of a log before it is handed to the operating system after a commit
	LogGatherBytes int64 // the same within a commit
	LogAheadFrom   int64 // size of a log from which zeros are written ahead of it, in bytes

	IndexEntries int64 // entries of a memtable at which it gets an index

	TableWholeBytes int64 // a table up to this size is read whole when it is opened
	TableTailBytes  int64 // what is read of the end of a larger one at least; at most four times as much
	TableWriteBytes int64 // what is collected of a table before it is written
	ReadAheadBytes  int64 // what a scan reads of a table at a time, at most
	BlobWriteBytes  int64 // what is collected of a blob file before it is written
	TableLayout     int64 // one more than the number of the layout that new tables have: old stores have another one

	FirstFile     int64 // the number of the first file of a new store
	FirstMarker   int64 // the number of its first marker
	FirstSequence int64 // the sequence number of the first commit to a new store
}

// Known is a limit: its name, what it is, and which values it may have. The value 0 always stands for the default.
type Known struct {
	Name              string
	Text              string
	Default, Min, Max int64

	field      func(*Limits) *int64
	powerOfTwo bool
}

// The largest numbers that a new store may begin with. They leave room for any number of files and commits.
const (
	firstFileMax     = 1 << 61
	firstSequenceMax = 1 << 54
)

var all = []Known{
	{
		Name: "manifest-roll", Text: "bytes of a manifest at which it is replaced by a new one", Default: 64 << 10, Min: 1, Max: 1 << 29,
		field: func(l *Limits) *int64 { return &l.ManifestBytes },
	},
	{
		Name: "manifest-growth", Text: "times its first length that a manifest must have for that", Default: 4, Min: 1, Max: 1 << 10,
		field: func(l *Limits) *int64 { return &l.ManifestGrowth },
	},
	{
		Name: "conflict-keys", Text: "writes remembered for open transactions", Default: 1 << 16, Min: 1, Max: 1 << 24,
		field: func(l *Limits) *int64 { return &l.ConflictKeys },
	},
	{
		Name: "conflict-bytes", Text: "bytes of the keys of these writes", Default: 8 << 20, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.ConflictBytes },
	},
	{
		Name: "conflict-idle", Text: "such writes from which the ones no transaction needs are forgotten", Default: 64, Min: 1, Max: 1 << 24,
		field: func(l *Limits) *int64 { return &l.ConflictIdle },
	},
	{
		Name: "pending-commits", Text: "commits under way at which the next one waits", Default: 1 << 9, Min: 1, Max: 1 << 16,
		field: func(l *Limits) *int64 { return &l.PendingCommits }, powerOfTwo: true,
	},
	{
		Name: "commit-yields", Text: "times that a commit lets others run before it sleeps", Default: 20, Min: 1, Max: 1 << 16,
		field: func(l *Limits) *int64 { return &l.CommitYields },
	},
	{
		Name: "stop-factor", Text: "times the tables of level 0 that start a compaction: writers wait", Default: 5, Min: 1, Max: 1 << 10,
		field: func(l *Limits) *int64 { return &l.StopFactor },
	},
	{
		Name: "small-tables", Text: "tables of a level, beside those that it needs, from which small ones are merged", Default: 8, Min: 1, Max: 1 << 20,
		field: func(l *Limits) *int64 { return &l.SmallTables },
	},
	{
		Name: "small-blobs", Text: "small blob files that a compaction does not merge yet", Default: 4, Min: 1, Max: 1 << 20,
		field: func(l *Limits) *int64 { return &l.SmallBlobs },
	},
	{
		Name: "log-spill", Text: "bytes of a log that are gathered before they are written after a commit", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.LogSpillBytes },
	},
	{
		Name: "log-gather", Text: "bytes of a log that are gathered before they are written within a commit", Default: 1 << 20, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.LogGatherBytes },
	},
	{
		Name: "log-ahead-from", Text: "bytes of a log from which zeros are written ahead of it", Default: 8 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.LogAheadFrom },
	},
	{
		Name: "memtable-index", Text: "entries of a memtable at which it gets an index", Default: 4096, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.IndexEntries },
	},
	{
		Name: "table-whole", Text: "bytes of a table up to which it is read whole when it is opened", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.TableWholeBytes },
	},
	{
		Name: "table-tail", Text: "bytes that are read of the end of a larger table", Default: 8 << 10, Min: 64, Max: 1 << 24,
		field: func(l *Limits) *int64 { return &l.TableTailBytes },
	},
	{
		Name: "table-write", Text: "bytes of a table that are written at a time", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.TableWriteBytes },
	},
	{
		Name: "read-ahead", Text: "bytes of a table that a scan reads at a time", Default: 256 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.ReadAheadBytes },
	},
	{
		Name: "blob-write", Text: "bytes of a blob file that are written at a time", Default: 64 << 10, Min: 1, Max: 1 << 30,
		field: func(l *Limits) *int64 { return &l.BlobWriteBytes },
	},
	{
		Name: "table-layout", Text: "layout of new tables, 1: with restart points, as in old stores, 2: of columns", Default: 2, Min: 1, Max: 2,
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

// defaults is the zero value with its defaults in place of the zeros.
var defaults = func() (l Limits) {
	for i := range all {
		*all[i].field(&l) = all[i].Default
	}
	return l
}()

// Default returns the limits of production.
func Default() Limits { return defaults }

// EnsureDefaults replaces zero fields by their defaults.
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

// Set sets the limit of that name. The error says which names there are, or which values the limit may have.
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

// Validate returns an error that names every limit with a value that it cannot have. Zeros are fine.
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

// String lists the limits that are not at their defaults, such as "manifest-roll 200, first-file 999999".
func (l Limits) String() string {
	var words []string
	for i := range all {
		if k := &all[i]; *k.field(&l) != 0 && *k.field(&l) != k.Default {
			words = append(words, fmt.Sprintf("%s %d", k.Name, *k.field(&l)))
		}
	}
	return strings.Join(words, ", ")
}
