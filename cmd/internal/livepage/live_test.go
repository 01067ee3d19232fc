package livepage

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// serve serves the page of a soak that has counted cells.
func serve(t *testing.T) (*Live, *httptest.Server) {
	t.Helper()
	began := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	l := New("")
	l.Follow(func() soak.Status {
		return soak.Status{Engine: "lightning", Running: true, Now: began, Since: began, Verdict: "pass", Doing: "<script>alert(1)</script>\r\nlap 3", Totals: ledger.Totals{Images: 4711}}
	})
	for i := range 2 {
		l.Event(&ledger.Event{Time: began.Add(time.Duration(i) * time.Hour), Cell: &ledger.Cell{Cell: i, Images: 2000}})
	}
	pages := http.NewServeMux()
	for _, p := range l.Pages() {
		pages.Handle(p.Pattern, p.Handler)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	return l, server
}

func TestTheLivePageFollowsTheSoakToItsEnd(t *testing.T) {
	t.Parallel()
	l, server := serve(t)
	answer, err := http.Get(server.URL + "/")
	require.NoError(t, err)
	page := lines(t, answer)
	text := strings.Join(page, "\n")
	require.Contains(t, text, `new EventSource("events")`)
	require.Contains(t, text, "connect-src &#39;self&#39;")
	require.Contains(t, text, "4,711")
	require.Contains(t, text, "<b>4,000</b> now", "the trends come from the ledger")

	l.End() // a stream sends the last page at once, and then ends
	answer, err = http.Get(server.URL + "/events")
	require.NoError(t, err)
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	told := lines(t, answer)
	require.Equal(t, "event: page", told[0])
	require.Equal(t, "data: <!doctype html>", told[1])
	require.Equal(t, []string{"", "event: end", "data: ", ""}, told[len(told)-4:])
	for _, line := range told {
		if name, _, found := strings.Cut(line, ": "); found {
			require.Contains(t, []string{"event", "data"}, name, line)
		}
	}
	whole := strings.Join(told, "\n")
	require.NotContains(t, whole, "EventSource", "the stream sends the page that will be saved")
	require.NotContains(t, whole, "<script")
}

// lines returns the lines of an answer.
func lines(t *testing.T, answer *http.Response) (all []string) {
	t.Helper()
	defer func() { require.NoError(t, answer.Body.Close()) }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	in := bufio.NewScanner(answer.Body)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		all = append(all, in.Text())
	}
	require.NoError(t, in.Err())
	return all
}

func TestOnlyThisMachineSeesThePage(t *testing.T) {
	t.Parallel()
	l := New("")
	l.Follow(func() soak.Status { return soak.Status{} })
	for _, test := range []struct {
		from, host string
		code       int
	}{
		{"127.0.0.1:4000", "127.0.0.1:9464", http.StatusOK},
		{"[::1]:4000", "[::1]", http.StatusOK},
		{"127.0.0.1:4000", "localhost", http.StatusOK},
		{"192.0.2.7:4000", "127.0.0.1:9464", http.StatusForbidden},
		{"127.0.0.1:4000", "evil.example", http.StatusForbidden},
		{"127.0.0.1:4000", "127.0.0.1.evil.example:9464", http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Host = test.from, test.host
		w := httptest.NewRecorder()
		l.Pages()[0].Handler.ServeHTTP(w, r)
		require.Equal(t, test.code, w.Code, "%+v", test)
	}
}

func TestTheNumberOfReadersIsLimited(t *testing.T) {
	t.Parallel()
	l := New("")
	for range maxReaders {
		require.True(t, l.enter())
	}
	require.False(t, l.enter())
	l.leave()
	require.True(t, l.enter())
}
