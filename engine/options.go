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

// Limits of what can be written.
const (
	KeyBytesMax   = 64 << 10
	ValueBytesMax = 1 << 30
	BatchBytesMax = 2<<30 - 1
)

// Options shape a store. The zero value works. Sizes are in bytes, and may differ from one Open to the next.
type Options struct {
	// FS holds the store. Nil is the operating system, where a LOCK file keeps other processes out. Another filesystem
	// may implement Locker for that; if it does not, a table of this process does it.
	FS afero.Fs

	MemtableBytes     int         // a memtable of this size is rotated out; 64 MiB by default
	MemtablesMax      int         // immutable memtables at which writers wait for a flush; 4 by default
	L0CompactionFiles int         // tables in level 0 that start a compaction; 4 by default
	LogAheadBytes     int64       // zeros kept written after the log while commits are synced; 256 KiB by default, none if negative
	LevelBytesBase    int64       // levels that ought to have less than this are left empty; 128 MiB by default
	LevelSizeRatio    int         // each level may hold 1/LevelSizeRatio of the one below; 10 by default
	CompactionsMax    int         // compactions that run at a time; by default half of GOMAXPROCS, 1 to 4; 1 if inline
	TableBytes        int64       // a compaction starts a new table at this size; 8 MiB by default
	BlockBytes        int         // size of a table's data blocks; 8 KiB by default
	Compression       Compression // compression of table blocks; CompressionNone by default
	BloomBitsPerKey   int         // size of a table's filter; 10 by default, no filter if negative
	MaxOpenFiles      int         // tables and blob files kept open; 1,000 by default, or half of what the process may have open
	CacheBytes        int64       // size of the cache of table blocks; 64 MiB by default, no cache if negative

	// BlobValueBytes is the length from which a value is stored in a blob file, apart from the tables, so that compactions
	// do not copy it; 1 KiB by default. If it is negative, all values are in tables, even the large ones.
	BlobValueBytes int
	// LargeValueBytes is the length beyond which a value is written once: to a blob file, synced before the commit is
	// logged, whatever its durability; 1 MiB by default. Shorter ones are in the log first.
	LargeValueBytes int
	// BlobFileBytes is the size at which another blob file is begun; 256 MiB by default.
	BlobFileBytes int64

	// InlineMaintenance makes flushes and compactions run on the goroutine that needs them. No goroutine is started,
	// and the same calls make the same filesystem operations.
	InlineMaintenance bool
	// ErrorIfMissing makes Open return ErrMissing instead of creating a store.
	ErrorIfMissing bool
	// ReadOnly makes Open change nothing: it neither creates a store nor removes what a crash left behind, and all
	// writes return ErrReadOnly. The store is locked as always; for that a file LOCK may be made.
	ReadOnly bool
	// Clock measures syncs, for Metrics. By default it is the operating system's clock, or none with InlineMaintenance,
	// where nothing may depend on time.
	Clock func() time.Time
	// Limits are thresholds inside the engine, for tests: the zero value stands for those of production.
	Limits Limits
	// EventListener, if not nil, hears what the store does.
	EventListener *EventListener
}

// Locker is implemented by filesystems that can lock a name against other users until the Closer is closed.
type Locker interface {
	Lock(name string) (io.Closer, error)
}

// EnsureDefaults replaces zero fields by their defaults.
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

// memtableBytesMax leaves room for the largest batch in the log of a memtable that is all but full.
const memtableBytesMax = wal.LogBytesMax / 2

// Validate returns nil, or an ErrOptions that names every invalid field. Zero fields are fine.
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

// Limits are thresholds inside the engine: sizes and numbers at which something rolls over, overflows, is forgotten, read
// in pieces or made to wait. Tests lower them to reach what lies behind. No value changes what the store promises, or the
// format of its files, and they may differ from one Open to the next.
type Limits = limits.Limits

// KnownLimit is a limit: its name, what it is, and which values it may have.
type KnownLimit = limits.Known

// KnownLimits returns all limits. Limits.Set sets one by its name.
func KnownLimits() []KnownLimit { return limits.All() }

// Durability is what must be true before a commit is acknowledged.
type Durability uint8

// The durabilities, strongest first.
const (
	Sync     Durability = Durability(sequencer.Sync)     // on disk: survives a power cut
	NoSync   Durability = Durability(sequencer.NoSync)   // handed to the operating system: survives a killed process
	Buffered Durability = Durability(sequencer.Buffered) // in memory only: a killed process may lose it, with all later ones
)

// Compression says how the blocks of new tables are stored; existing tables are read whatever it is. Its String is
// "none", "snappy" or "zstd".
type Compression = compress.Compression

// The compressions.
const (
	CompressionNone   = compress.None
	CompressionSnappy = compress.Snappy
	CompressionZstd   = compress.Zstd
)

// ParseCompression is the inverse of Compression.String. Another name is an ErrOptions.
func ParseCompression(name string) (Compression, error) {
	c, err := compress.ParseCompression(name)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return c, nil
}
