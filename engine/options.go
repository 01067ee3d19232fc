package engine

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/openfile"
	"github.com/lightningdb/lightning-torture/engine/internal/sequencer"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Limits on what can be written, in bytes.
const (
	KeyBytesMax   = 64 << 10
	ValueBytesMax = 1 << 30
	BatchBytesMax = 2<<30 - 1
)

// Options configure a store. The zero value works. Sizes are in bytes. All options may change from one Open to the
// next.
type Options struct {
	// FS holds the store. Nil means the operating system's filesystem, where a LOCK file keeps other processes out.
	// Another filesystem may implement Locker for that purpose; if it does not, only other users in this process are
	// kept out.
	FS afero.Fs

	MemtableBytes     int         // size at which a memtable is frozen and flushed; 64 MiB by default
	MemtablesMax      int         // number of immutable memtables at which writers wait for a flush; 4 by default
	L0CompactionFiles int         // number of level-0 tables that triggers a compaction; 4 by default
	LogAheadBytes     int64       // zeros written ahead of the log's end while commits are synced; 256 KiB by default, none if negative
	LevelBytesBase    int64       // a level whose target size is below this is left empty; 128 MiB by default
	LevelSizeRatio    int         // each level may hold 1/LevelSizeRatio of the one below it; 10 by default
	CompactionsMax    int         // compactions run at a time; by default half of GOMAXPROCS but 1 to 4; always 1 if inline
	TableBytes        int64       // size at which a compaction starts a new table; 8 MiB by default
	BlockBytes        int         // size of a table's data blocks; 8 KiB by default
	Compression       Compression // compression of table blocks; CompressionNone by default
	BloomBitsPerKey   int         // size of a table's filter; 10 by default, no filter if negative
	MaxOpenFiles      int         // tables and blob files kept open; by default 1,000, or half the process's limit if that is less
	CacheBytes        int64       // size of the cache of table blocks; 64 MiB by default, no cache if negative

	// BlobValueBytes is the length from which values are stored in blob files, apart from the tables, so that
	// compactions do not copy them; 1 KiB by default. If negative, all values are stored in tables, even large ones.
	BlobValueBytes int
	// LargeValueBytes is the length above which a value is written only once: to a blob file that is synced before the
	// commit is logged, whatever its durability; 1 MiB by default. Shorter values go to the log first.
	LargeValueBytes int
	// BlobFileBytes is the size at which a new blob file is started; 256 MiB by default.
	BlobFileBytes int64

	// InlineMaintenance makes flushes and compactions run on the goroutine that needs them. No goroutine is started,
	// and the same calls make the same filesystem operations, so that a run can be replayed.
	InlineMaintenance bool
	// ErrorIfMissing makes Open return ErrMissing instead of creating a store.
	ErrorIfMissing bool
	// ReadOnly makes Open change nothing: it neither creates a store nor removes what a crash left behind, and all
	// writes return ErrReadOnly. The store is locked as usual, which may create a LOCK file.
	ReadOnly bool
	// Clock times syncs for Metrics. By default it is the operating system's clock, or none with InlineMaintenance,
	// where nothing may depend on time.
	Clock func() time.Time
	// Limits are thresholds inside the engine, for tests. The zero value means those used in production.
	Limits Limits
	// EventListener, if not nil, is told what the store does.
	EventListener *EventListener
}

// Locker is implemented by filesystems that can lock a name against other users until the returned Closer is closed.
type Locker interface {
	Lock(name string) (io.Closer, error)
}

// EnsureDefaults replaces zero fields with their defaults.
func (o *Options) EnsureDefaults() {
	setDefault(&o.MemtableBytes, 64<<20)
	setDefault(&o.MemtablesMax, 4)
	setDefault(&o.L0CompactionFiles, 4)
	setDefault(&o.LogAheadBytes, 256<<10)
	setDefault(&o.LevelBytesBase, 128<<20)
	setDefault(&o.LevelSizeRatio, 10)
	setDefault(&o.CompactionsMax, min(max(runtime.GOMAXPROCS(0)/2, 1), 4))
	setDefault(&o.TableBytes, 8<<20)
	setDefault(&o.BlockBytes, 8<<10)
	setDefault(&o.BloomBitsPerKey, 10)
	setDefault(&o.CacheBytes, 64<<20)
	setDefault(&o.MaxOpenFiles, openfile.DefaultMax())
	if o.InlineMaintenance {
		o.CompactionsMax = 1
	}
	if o.Clock == nil && !o.InlineMaintenance {
		o.Clock = time.Now //nolint:forbidigo // it is the default of the injected clock, and only Metrics shows it
	}
	setDefault(&o.BlobValueBytes, 1<<10)
	setDefault(&o.LargeValueBytes, 1<<20)
	setDefault(&o.BlobFileBytes, 256<<20)
	o.Limits.EnsureDefaults()
	if o.EventListener == nil {
		o.EventListener = &EventListener{}
	}
}

// fs returns the filesystem of the store.
func (o *Options) fs() afero.Fs {
	if o.FS == nil {
		return afero.NewOsFs()
	}
	return o.FS
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// memtableBytesMax leaves room for the largest batch in the log of a nearly full memtable.
const memtableBytesMax = wal.LogBytesMax / 2

// Validate returns nil, or an error that wraps ErrOptions and names every invalid field. Zero fields are valid.
func (o *Options) Validate() error {
	var errs []error
	for _, f := range []struct {
		name       string
		value, min int64
	}{
		{"MemtableBytes", int64(o.MemtableBytes), 0},
		{"MemtablesMax", int64(o.MemtablesMax), 0},
		{"L0CompactionFiles", int64(o.L0CompactionFiles), 0},
		{"LevelBytesBase", o.LevelBytesBase, 0},
		{"CompactionsMax", int64(o.CompactionsMax), 0},
		{"TableBytes", o.TableBytes, 0},
		{"BlockBytes", int64(o.BlockBytes), 0},
		{"MaxOpenFiles", int64(o.MaxOpenFiles), 0},
		{"LargeValueBytes", int64(o.LargeValueBytes), 0},
		{"BlobFileBytes", o.BlobFileBytes, 0},
	} {
		if f.value < f.min {
			errs = append(errs, fmt.Errorf("%w: %s is %d, want at least %d", ErrOptions, f.name, f.value, f.min))
		}
	}
	if int64(o.MemtableBytes) > memtableBytesMax {
		errs = append(errs, fmt.Errorf("%w: MemtableBytes is %d, want at most %d", ErrOptions, o.MemtableBytes, int64(memtableBytesMax)))
	}
	if o.LevelSizeRatio < 0 || o.LevelSizeRatio == 1 {
		errs = append(errs, fmt.Errorf("%w: LevelSizeRatio is %d, want at least 2", ErrOptions, o.LevelSizeRatio))
	}
	if !o.Compression.Valid() {
		errs = append(errs, fmt.Errorf("%w: Compression is %v", ErrOptions, o.Compression))
	}
	if err := o.Limits.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("%w: %w", ErrOptions, err))
	}
	return errors.Join(errs...)
}

// Limits are thresholds inside the engine: sizes and counts at which something rolls over, overflows, is forgotten, is
// read in pieces or has to wait. Tests lower them to exercise the code behind them. No value changes what the store
// promises or the format of its files, and they may differ from one Open to the next.
type Limits = limits.Limits

// KnownLimit describes a limit: its name, its meaning and the values it may have.
type KnownLimit = limits.Known

// KnownLimits returns all limits. Limits.Set sets one by name.
func KnownLimits() []KnownLimit { return limits.All() }

// Durability says what must have happened before a commit is acknowledged.
type Durability uint8

// The durabilities, strongest first.
const (
	Sync     Durability = Durability(sequencer.Sync)     // on disk: survives a power cut
	NoSync   Durability = Durability(sequencer.NoSync)   // handed to the operating system: survives a killed process
	Buffered Durability = Durability(sequencer.Buffered) // in memory only: a killed process may lose it, with all later ones
)

// Compression says how the blocks of new tables are compressed. Tables are readable whatever the current setting. Its
// String is "none", "snappy" or "zstd".
type Compression = compress.Compression

// The available compressions.
const (
	CompressionNone   = compress.None
	CompressionSnappy = compress.Snappy
	CompressionZstd   = compress.Zstd
)

// ParseCompression is the inverse of Compression.String. An unknown name is an error that wraps ErrOptions.
func ParseCompression(name string) (Compression, error) {
	c, err := compress.ParseCompression(name)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return c, nil
}
