package reports_test

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
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
	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

var (
	screenshots = flag.String("screenshots", "", "directory in which to save screenshots of the pages")
	axe         = flag.String("axe", "", "path of axe.js from axe-core, to check the accessibility of the pages")
	pictured    = flag.String("report", "", "report from which to take the screenshots for the README")
)

//go:embed testdata/inspect.js
var inspect string

// inspection is the result of testdata/inspect.js.
type inspection struct {
	ScrollWidth, InnerWidth int
	Verdict                 string // text of the heading, if it is inside the first screen
	LowContrast             []string
	Overflowing             []string // elements that stick out of the page
}

// pages returns one page of each kind, by name.
func pages() map[string]func(io.Writer) error {
	html := func(r *torture.Result) func(io.Writer) error {
		return func(w io.Writer) error { return reports.HTML(w, r) }
	}
	difference := reports.Compare(passing(), failing())
	return map[string]func(io.Writer) error{
		"pass": html(watched()), "fail": html(failing()), "inconclusive": html(inconclusive()), "interrupted": html(interrupted()),
		"soak":       func(w io.Writer) error { return soaks.HTML(w, night()) },
		"difference": func(w io.Writer) error { return reports.DifferenceHTML(w, difference) },
	}
}

// TestReportInBrowser opens every kind of page in a browser. With -axe FILE, axe-core checks them too; see ci/axe.
func TestReportInBrowser(t *testing.T) {
	browser := startBrowser(t)
	for kind, write := range pages() {
		path := writePage(t, write)
		for _, look := range looks() {
			t.Run(fmt.Sprintf("%s/%d/%s", kind, look.width, look.scheme), func(t *testing.T) {
				tab := openTab(t, browser)
				tab.show(path, look.width, look.scheme, look.scriptsOff)
				tab.requireSound(path)
				if *axe != "" && !look.scriptsOff {
					tab.requireAccessible()
				}
				if *screenshots != "" {
					tab.capture(filepath.Join(*screenshots, fmt.Sprintf("%s-%d-%s", kind, look.width, look.scheme)))
				}
			})
		}
	}
}

// look is a way to view a page.
type look struct {
	width      int64
	scheme     string
	scriptsOff bool
}

// looks returns three representative views, or with -axe or -screenshots every width and colour scheme.
func looks() (all []look) {
	if *axe == "" && *screenshots == "" {
		return []look{{360, "dark", false}, {768, "light", true}, {1440, "light", false}}
	}
	for _, width := range []int64{360, 768, 1440} {
		all = append(all, look{width, "light", false}, look{width, "dark", false})
	}
	return all
}

// TestTraceIsFilteredWithoutAScript checks a radio button; CSS alone must then hide the operations on other files.
func TestTraceIsFilteredWithoutAScript(t *testing.T) {
	tab := openTab(t, startBrowser(t))
	tab.show(writePage(t, pages()["fail"]), 1440, "light", false)
	shown, err := chromedp.Run(tab.ctx, chromedp.Evaluate[[]int](`(() => {
		const all = document.querySelector(".operations"), rows = () => [...all.querySelectorAll("tbody tr")].filter((r) => r.offsetHeight > 0).length;
		all.open = true;
		const before = rows();
		all.querySelector(".pick-0").checked = true;
		return [before, rows(), all.querySelectorAll("tbody .file-0").length, all.querySelectorAll("tbody tr:not(.op)").length];
	})()`))
	require.NoError(t, err)
	require.Equal(t, shown[2]+shown[3], shown[1], "only operations on the file and acknowledgements are shown")
	require.Less(t, shown[1], shown[0])
}

// TestInspectionFindsABadPage shows that the checks above can fail.
func TestInspectionFindsABadPage(t *testing.T) {
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
		t.Skip("needs Chromium or Chrome in PATH; install it with: apt-get install chromium")
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

func writePage(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// tab is a browser tab, with the requests that it made and the errors that it logged.
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

func (b *tab) requireSound(path string) {
	b.t.Helper()
	seen := b.inspect()
	require.LessOrEqual(b.t, seen.ScrollWidth, seen.InnerWidth, "the page scrolls sideways: %v", seen.Overflowing)
	require.Empty(b.t, seen.Overflowing)
	require.NotEmpty(b.t, seen.Verdict, "the verdict is on the first screen")
	require.Empty(b.t, seen.LowContrast)
	requests, problems := b.events()
	require.Equal(b.t, []string{"file://" + path}, requests)
	require.Empty(b.t, problems)
}

// requireAccessible runs axe-core in the page, and fails if it finds a serious or critical violation.
func (b *tab) requireAccessible() {
	b.t.Helper()
	source, err := os.ReadFile(*axe)
	require.NoError(b.t, err)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](string(source)+`;
		for (const d of document.querySelectorAll("details")) d.open = true;
		axe.run().then((r) => r.violations.filter((v) => v.impact === "serious" || v.impact === "critical").flatMap(
			(v) => v.nodes.map((n) => v.id + ": " + n.target + " " + n.failureSummary)))`, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	require.Empty(b.t, found)
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

// TestTakePictures takes the screenshots for the README from the report of a real run:
//
//	go test ./reports -run TestTakePictures -report "$PWD/.torture/report.html"
func TestTakePictures(t *testing.T) {
	if *pictured == "" {
		t.Skip("takes screenshots only if -report FILE names the report")
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
