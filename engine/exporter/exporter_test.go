package exporter_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/exporter"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// page returns the series that a scrape shows.
func page(t *testing.T, h http.Handler) (code int, series map[string]string) {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	text, err := io.ReadAll(answer.Result().Body)
	require.NoError(t, err)
	series = map[string]string{}
	for line := range strings.Lines(string(text)) {
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			series[line[:at]] = strings.TrimSpace(line[at:])
		}
	}
	return answer.Code, series
}

// small makes a store flush and compact soon, on the caller's goroutine.
func small(fs *faultfs.FS) engine.Options {
	return engine.Options{FS: fs, MemtableBytes: 4 << 10, LevelBytesBase: 16 << 10, TableBytes: 8 << 10, InlineMaintenance: true}
}

func put(t *testing.T, db *engine.DB, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, db.Put(fmt.Appendf(nil, "key%05d", i*37%n), make([]byte, 100+i%5*500), engine.Sync))
	}
}

func TestThePageShowsTheMetricsOfTheStore(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	watch := exporter.New("money")
	opts := small(faultfs.New(faultfs.Options{}))
	opts.Clock = func() time.Time { now = now.Add(3 * time.Millisecond); return now }
	db, err := watch.Open("db", opts)
	require.NoError(t, err)
	put(t, db, 400)
	require.NoError(t, db.Compact())
	m := db.Metrics()
	code, series := page(t, watch.Handler())
	require.Equal(t, http.StatusOK, code)
	for name, want := range map[string]any{
		`lightning_poisoned{store="money"}`:                                0,
		`lightning_commits_total{store="money"}`:                           400,
		`lightning_written_bytes_total{store="money"}`:                     float64(m.WrittenBytes),
		`lightning_flushes_total{store="money"}`:                           m.Flushes,
		`lightning_syncs_running{store="money"}`:                           0,
		`lightning_sync_duration_seconds_count{store="money"}`:             m.Syncs,
		`lightning_sync_duration_seconds_bucket{store="money",le="0.002"}`: 0,
		`lightning_sync_duration_seconds_bucket{store="money",le="0.005"}`: m.Syncs,
		`lightning_sync_duration_seconds_sum{store="money"}`:               m.SyncLatency.Sum.Seconds(),
		`lightning_compactions_total{reason="manual",store="money"}`:       1,
		`lightning_tables{level="6",store="money"}`:                        m.Levels[6].Tables,
		`lightning_table_bytes{level="6",store="money"}`:                   m.Levels[6].Bytes,
	} {
		got, there := series[name]
		require.True(t, there, name)
		var number, wanted float64
		_, err := fmt.Sscan(got, &number)
		require.NoError(t, err, name)
		_, err = fmt.Sscan(fmt.Sprint(want), &wanted)
		require.NoError(t, err, name)
		require.InDelta(t, wanted, number, 1e-9, name)
	}
	total := 0.0
	for name, value := range series {
		if strings.HasPrefix(name, "lightning_compactions_total{") {
			var n float64
			_, err := fmt.Sscan(value, &n)
			require.NoError(t, err)
			total += n
		}
	}
	require.InDelta(t, float64(m.Compactions), total, 0, "each compaction has one reason")
	require.NoError(t, db.Close())
	code, series = page(t, watch.Handler())
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "400", series[`lightning_commits_total{store="money"}`], "a closed store keeps its last figures")
}

func TestNamesAreWhatPrometheusExpects(t *testing.T) {
	t.Parallel()
	watch := exporter.New("money")
	db, err := watch.Open(t.TempDir(), engine.Options{})
	require.NoError(t, err)
	own := prometheus.NewPedanticRegistry()
	require.NoError(t, own.Register(watch))
	problems, err := testutil.GatherAndLint(own)
	require.NoError(t, err)
	require.Empty(t, problems)
	families, err := own.Gather()
	require.NoError(t, err)
	require.Len(t, families, len(exporter.Metrics()), "a store on the operating system's disk shows every metric")
	require.NoError(t, db.Close())
}

func TestTwoStoresShareARegistry(t *testing.T) {
	t.Parallel()
	both := prometheus.NewPedanticRegistry()
	for _, name := range []string{"money", "mail"} {
		watch := exporter.New(name)
		require.NoError(t, both.Register(watch))
		db, err := watch.Open("db", small(faultfs.New(faultfs.Options{})))
		require.NoError(t, err)
		put(t, db, len(name))
		defer func() { require.NoError(t, db.Close()) }()
	}
	require.NoError(t, testutil.GatherAndCompare(both, strings.NewReader(`
		# HELP lightning_commits_total Committed batches.
		# TYPE lightning_commits_total counter
		lightning_commits_total{store="money"} 5
		lightning_commits_total{store="mail"} 4
	`), "lightning_commits_total"))
}

func TestTheCallersListenerReceivesAllEvents(t *testing.T) {
	t.Parallel()
	var logs, forgotten, flushes, compactions int
	watch := exporter.New("money")
	opts := small(faultfs.New(faultfs.Options{}))
	opts.EventListener = &engine.EventListener{
		WALCreated:     func(uint64) { logs++ },
		FlushDone:      func(engine.FlushInfo) { flushes++ },
		CompactionDone: func(engine.CompactionInfo) { compactions++ },
	}
	db, err := watch.Open("db", opts)
	require.NoError(t, err)
	put(t, db, 200)
	m := db.Metrics()
	require.Equal(t, m.Flushes, int64(flushes))
	require.Equal(t, m.Compactions, int64(compactions))
	require.Positive(t, compactions)
	_, series := page(t, watch.Handler())
	require.Equal(t, fmt.Sprint(logs), series[`lightning_logs_created_total{store="money"}`])
	require.Zero(t, forgotten)
	require.NoError(t, db.Close())
}

func TestHealthFollowsTheStore(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	watch := exporter.New("money")
	answer := func() (int, string) {
		w := httptest.NewRecorder()
		watch.Healthz().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	shown := func() string {
		_, series := page(t, watch.Handler())
		return series[`lightning_poisoned{store="money"}`]
	}

	code, says := answer()
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Equal(t, "the store is not open", says)
	require.Empty(t, shown())

	db, err := watch.Open("db", small(fs))
	require.NoError(t, err)
	put(t, db, 10)
	code, says = answer()
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "ok", says)

	fs.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
	require.Error(t, db.Put([]byte("k"), nil, engine.Sync))
	code, says = answer()
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, says, "poisoned")
	require.Contains(t, says, "input/output error", "the message names the cause")
	require.Equal(t, "1", shown())

	fs.SetRules()
	require.ErrorIs(t, db.Close(), engine.ErrPoisoned)
	db, err = watch.Open("db", small(fs))
	require.NoError(t, err)
	code, _ = answer()
	require.Equal(t, http.StatusOK, code, "it was opened again")
	require.Equal(t, "0", shown())
	require.NoError(t, db.Close())
}

func TestAFailedOpenKeepsTheLastFigures(t *testing.T) {
	t.Parallel()
	watch := exporter.New("money")
	_, err := watch.Open("db", engine.Options{FS: faultfs.New(faultfs.Options{}), ErrorIfMissing: true})
	require.ErrorIs(t, err, engine.ErrMissing)
	_, series := page(t, watch.Handler())
	require.Empty(t, series)
}

// For the race detector: scrapes while clients write and the store is opened again.
func TestScrapesDuringWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	watch := exporter.New("money")
	var scrapes sync.WaitGroup
	done := make(chan struct{})
	scrapes.Go(func() {
		for h, health := watch.Handler(), watch.Healthz(); ; {
			for _, h := range []http.Handler{h, health} {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for range 3 {
		db, err := watch.Open(dir, engine.Options{MemtableBytes: 16 << 10})
		require.NoError(t, err)
		var clients sync.WaitGroup
		errs := make([]error, 4)
		for c := range errs {
			clients.Go(func() {
				for i := range 50 {
					errs[c] = errors.Join(errs[c], db.Put(fmt.Appendf(nil, "%d/%d", c, i), make([]byte, 400), engine.NoSync))
				}
			})
		}
		clients.Wait()
		require.NoError(t, errors.Join(errs...))
		require.NoError(t, db.Close())
	}
	close(done)
	scrapes.Wait()
}
