package reports_test

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

var (
	screenshots = flag.String("screenshots", "", "directory to save screenshots of the report in")
	pictured    = flag.String("report", "", "report to take the pictures of the README from")
)

//go:embed testdata/inspect.js
var inspect string

// inspection is what testdata/inspect.js measures.
type inspection struct {
	ScrollWidth, InnerWidth int
	Verdict                 string // text of the heading, if it is inside the first screen
	LowContrast             []string
	Overflowing             []string // elements that stick out of the page
}

// TestReportInBrowser opens reports as a reader would.
func TestReportInBrowser(t *testing.T) {
	browser := startBrowser(t)
	results := map[string]*torture.Result{
		"Pass": passing(), "Fail": failing(), "Inconclusive": inconclusive(),
	}
	for verdict, r := range results {
		path := writeReport(t, r)
		for _, width := range []int64{360, 1440} {
			for _, scheme := range []string{"light", "dark"} {
				for _, scripts := range []string{"on", "off"} {
					name := fmt.Sprintf("%s/%d/%s/scripts-%s", verdict, width, scheme, scripts)
					t.Run(name, func(t *testing.T) {
						tab := openTab(t, browser)
						tab.show(path, width, scheme, scripts == "off")
						tab.requireSound(path, verdict)
						if *screenshots != "" && scripts == "on" {
							tab.capture(filepath.Join(*screenshots, strings.ReplaceAll(name, "/", "-")))
						}
					})
				}
			}
		}
	}
}

// TestInspectionSeesFaults shows that the measurements used above do find a page that is wrong.
func TestInspectionSeesFaults(t *testing.T) {
	browser := startBrowser(t)
	page := `<!doctype html><meta name=viewport content="width=device-width">
		<h1 id=verdict-word>Fail</h1><p style="color:#ccc;background:#fff">pale</p><p style="width:3000px">wide</p>
		<script src="https://example.invalid/x.js"></script><script>console.error("oops")</script>`
	path := filepath.Join(t.TempDir(), "bad.html")
	require.NoError(t, os.WriteFile(path, []byte(page), 0o600))

	tab := openTab(t, browser)
	tab.show(path, 360, "light", false)
	seen := tab.inspect()
	require.Greater(t, seen.ScrollWidth, seen.InnerWidth)
	require.Len(t, seen.LowContrast, 1)
	require.NotEmpty(t, seen.Overflowing)
	requests, problems := tab.events()
	require.Contains(t, requests, "https://example.invalid/x.js")
	require.Contains(t, strings.Join(problems, "\n"), "oops")
}

func startBrowser(t *testing.T) context.Context {
	t.Helper()
	var binary string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			binary = found
			break
		}
	}
	if binary == "" {
		t.Skip("no browser to look at the report with; get one with: apt-get install chromium")
	}
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(binary), chromedp.UserDataDir(t.TempDir())}
	for _, name := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars",
	} {
		opts = append(opts, chromedp.Flag(name, true))
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	require.NoError(t, chromedp.Do(browser))
	return browser
}

func writeReport(t *testing.T, r *torture.Result) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, reports.HTML(&b, r))
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// tab is one page of the browser, with what it asked for and complained of.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu struct {
		sync.Mutex
		requests, problems []string
	}
}

func openTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	b := &tab{t: t}
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	b.ctx = ctx
	require.NoError(t, chromedp.Listen(ctx, b.note))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	return b
}

func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.mu.requests = append(b.mu.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.mu.problems = append(b.mu.problems, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *runtime.EventExceptionThrown:
		b.mu.problems = append(b.mu.problems, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.mu.problems = append(b.mu.problems, e.Entry.Text)
		}
	}
}

func (b *tab) events() (requests, problems []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mu.requests, b.mu.problems
}

func (b *tab) show(path string, width int64, scheme string, scriptsOff bool) {
	b.t.Helper()
	height := int64(900)
	if width < 500 {
		height = 800
	}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(b.t, err)
	_, err = chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: scriptsOff})
	require.NoError(b.t, err)
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height),
		chromedp.Navigate("file://"+path)))
}

func (b *tab) inspect() inspection {
	b.t.Helper()
	seen, err := chromedp.Run(b.ctx, chromedp.Evaluate[inspection](inspect))
	require.NoError(b.t, err)
	return seen
}

func (b *tab) requireSound(path, verdict string) {
	b.t.Helper()
	seen := b.inspect()
	require.LessOrEqual(b.t, seen.ScrollWidth, seen.InnerWidth, "the page scrolls sideways: %v", seen.Overflowing)
	require.Empty(b.t, seen.Overflowing)
	require.Equal(b.t, verdict, seen.Verdict)
	require.Empty(b.t, seen.LowContrast)
	requests, problems := b.events()
	require.Equal(b.t, []string{"file://" + path}, requests)
	require.Empty(b.t, problems)
}

// capture saves the first screen and the whole page.
func (b *tab) capture(prefix string) {
	b.t.Helper()
	screen, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(prefix+".png", screen, 0o600))
	whole, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(prefix+"-whole.png", whole, 0o600))
}

// TestTakePictures takes the pictures of the README from the report of a real run:
//
//	go test ./reports -run TestTakePictures -report "$PWD/.torture/report.html"
func TestTakePictures(t *testing.T) {
	if *pictured == "" {
		t.Skip("takes pictures only when told of what, with -report FILE")
	}
	browser := startBrowser(t)
	for _, scheme := range []string{"light", "dark"} {
		tab := openTab(t, browser)
		tab.show(*pictured, 1280, scheme, false)
		picture, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("report-"+scheme+".png", picture, 0o644))
	}
}
