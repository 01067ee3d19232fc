package reports_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/reports/soaks"
)

// liveServer serves the live page of a soak. Once goOn is closed, its event stream sends a second page and then the end.
func liveServer(t *testing.T) (server *httptest.Server, goOn chan struct{}) {
	t.Helper()
	goOn = make(chan struct{})
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := soaks.LiveHTML(w, night()); err != nil {
			t.Error(err)
		}
	})
	pages.HandleFunc("GET /favicon.ico", http.NotFound)
	pages.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-goOn
		later := night()
		later.Totals.Images = 99_887_766
		var page bytes.Buffer
		if err := soaks.HTML(&page, later); err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, "event: page\ndata: %s\n\nevent: end\ndata: \n\n", strings.ReplaceAll(page.String(), "\n", "\ndata: "))
	})
	server = httptest.NewServer(pages)
	t.Cleanup(server.Close)
	return server, goOn
}

// A live page shows what its stream sends, keeps open what its reader has opened, and makes no other request.
func TestALivePageFollowsItsStream(t *testing.T) {
	tab := openTab(t, startBrowser(t))
	server, goOn := liveServer(t)
	require.NoError(t, chromedp.Do(tab.ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(server.URL+"/")))
	before, err := chromedp.Run(tab.ctx, chromedp.Evaluate[string](`(() => {
		for (const d of document.querySelectorAll("details")) d.open = true;
		return document.getElementById("live").textContent;
	})()`))
	require.NoError(t, err)
	require.Contains(t, before, "follows the soak")
	close(goOn)
	after, err := chromedp.Run(tab.ctx, chromedp.Evaluate[[]string](`new Promise((done) => {
		const line = document.getElementById("live");
		const look = () => line.textContent.includes("ended") && done([line.textContent, document.body.textContent.includes("99,887,766") + "",
			[...document.querySelectorAll("details")].every((d) => d.open) + ""]);
		new MutationObserver(look).observe(line, {childList: true});
		look();
	})`, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	require.Equal(t, []string{"The soak has ended. This page is final; report.html in the directory of the soak has the same content.", "true", "true"}, after)
	requests, problems := tab.events()
	for _, url := range requests {
		require.True(t, strings.HasPrefix(url, server.URL), url)
	}
	require.Empty(t, problems)
	if *screenshots != "" {
		tab.capture(filepath.Join(*screenshots, "live-1440-light"))
	}
}
