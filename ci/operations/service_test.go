//go:build linux

package operations_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/exporter"
)

// TestMain is also the main function of the child process that embeds a store.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SERVICE_REAL_SOAK"); dir != "" {
		fmt.Fprintln(os.Stderr, "soak:", becomeSoak(os.Getenv("SERVICE_ADDRESS"), dir))
		os.Exit(1)
	}
	if os.Getenv("SERVICE_SOAK") != "" {
		if err := serveSoak(os.Getenv("SERVICE_ADDRESS"), os.Getenv("SERVICE_SOAK")); err != nil {
			fmt.Fprintln(os.Stderr, "soak:", err)
			os.Exit(1)
		}
		return
	}
	if dir := os.Getenv("SERVICE_STORE"); dir != "" {
		if err := serve(dir, os.Getenv("SERVICE_ADDRESS"), os.Getenv("SERVICE_DISK") == "real"); err != nil {
			fmt.Fprintln(os.Stderr, "service:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// becomeSoak replaces this process with a real soak.
func becomeSoak(address, dir string) error {
	fmt.Println("listening on", address)
	lab := os.Getenv("SERVICE_LAB")
	return syscall.Exec(lab, []string{lab, "soak", "--resume", dir, "--for", "10m", "--quiet", "--metrics", address}, os.Environ())
}

// serve opens a store with small thresholds and serves its pages, plus two for the test: /load writes to the store, and /plant
// breaks it.
func serve(dir, address string, realDisk bool) error {
	disk := &illDisk{Fs: afero.NewOsFs()}
	opts := engine.Options{
		MemtableBytes: 64 << 10, MemtablesMax: 2, L0CompactionFiles: 2, CompactionsMax: 1, LevelBytesBase: 256 << 10,
		LogAheadBytes: -1, Clock: disk.clock,
		EventListener: &engine.EventListener{
			BackgroundError: func(err error) { fmt.Fprintln(os.Stderr, "store: poisoned:", err) },
			CompactionBegin: func(engine.CompactionInfo) { disk.compacts.Store(true) },
			CompactionDone:  func(engine.CompactionInfo) { disk.compacts.Store(false) },
		},
	}
	if !realDisk {
		opts.FS = disk
	}
	watch := exporter.New("money")
	db, err := watch.Open(dir, opts)
	if err != nil {
		return err
	}
	pages := http.NewServeMux()
	pages.Handle("/metrics", watch.Handler())
	pages.Handle("/healthz", watch.Healthz())
	var loads atomic.Int64
	pages.HandleFunc("/load", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.FormValue("n"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		load(db, loads.Add(1), n, w)
	})
	pages.HandleFunc("/plant", func(_ http.ResponseWriter, r *http.Request) { disk.ill.Store(r.FormValue("what")) })
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	fmt.Println("listening on", listener.Addr())
	return http.Serve(listener, pages) //nolint:gosec // on the loopback, for a test
}

// load commits n values of 1 KiB without sync and one with. It reuses keys, so that compactions have something to do.
func load(db *engine.DB, round int64, n int, w http.ResponseWriter) {
	for i := range n + 1 {
		how := engine.NoSync
		if i == n {
			how = engine.Sync
		}
		if err := db.Put(fmt.Appendf(nil, "%04d", (int(round)*7+i*13)%500), make([]byte, 1000), how); err != nil {
			fmt.Fprintln(w, err)
			return
		}
	}
}

// illDisk is a disk that fails on demand, in one of the ways "eio", "slow", "tables-hang", "compactions-hang" and
// "syncs-hang"; with "" it is healthy again.
type illDisk struct {
	afero.Fs
	ill      atomic.Value
	compacts atomic.Bool  // a compaction has begun, so the disk may hang
	late     atomic.Int64 // how far the store's clock is ahead of the machine's
}

func (d *illDisk) has(illness string) bool { return d.ill.Load() == illness }

// clock is the store's clock. The engine reads it before and after each sync, so while the disk is slow each sync seems to take
// 300 ms.
func (d *illDisk) clock() time.Time {
	if d.has("slow") {
		d.late.Add(int64(300 * time.Millisecond))
	}
	return time.Now().Add(time.Duration(d.late.Load()))
}

func (d *illDisk) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if flag&os.O_CREATE != 0 && filepath.Ext(name) == ".sst" && (d.has("tables-hang") || d.has("compactions-hang") && d.compacts.Load()) {
		select {} // until the process is killed
	}
	f, err := d.Fs.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return illFile{File: f, disk: d}, nil
}

type illFile struct {
	afero.File
	disk *illDisk
}

func (f illFile) Sync() error {
	switch {
	case f.disk.has("eio"):
		return &os.PathError{Op: "sync", Path: f.Name(), Err: syscall.EIO}
	case f.disk.has("syncs-hang") && strings.HasSuffix(f.Name(), ".log"):
		select {}
	}
	return f.File.Sync()
}
