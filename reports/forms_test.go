package reports_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// forms are all the forms in which a result can be written.
var forms = map[string]func(io.Writer, *torture.Result) error{
	"html": reports.HTML, "json": reports.JSON, "junit": reports.JUnit, "summary": reports.Summary,
	"text": func(w io.Writer, r *torture.Result) error { return reports.Text(w, r, reports.TextOptions{}) },
}

func written(t *testing.T, form string, r *torture.Result) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, forms[form](&b, r))
	return b.String()
}

func TestSameResultGivesSameBytes(t *testing.T) {
	for form := range forms {
		first := written(t, form, failing())
		for range 20 {
			require.Equal(t, first, written(t, form, failing()), form)
		}
	}
}

func TestResultIsNotChanged(t *testing.T) {
	r := failing()
	for form := range forms {
		written(t, form, r)
	}
	require.Equal(t, failing(), r)
}

func TestEmptyResultIsWritten(t *testing.T) {
	for form := range forms {
		require.NotEmpty(t, written(t, form, &torture.Result{}), form)
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }

func TestWriteErrorIsReturned(t *testing.T) {
	full := fullDisk{errors.New("no space left on device")}
	for form, write := range forms {
		require.ErrorIs(t, write(full, failing()), full.err, form)
	}
}

// TestEveryFormHasTheReplayToken covers all forms, because a failure that cannot be reproduced is an anecdote.
func TestEveryFormHasTheReplayToken(t *testing.T) {
	for form := range forms {
		for _, f := range failing().Findings {
			require.Contains(t, written(t, form, failing()), f.Token, form)
		}
	}
}

func TestControlCharactersNeverReachTheReader(t *testing.T) {
	for form := range forms {
		require.NotContains(t, written(t, form, failing()), "\x1b", form)
	}
}

func TestOnlyAPassLooksLikeOne(t *testing.T) {
	for name, r := range map[string]*torture.Result{
		"fail": failing(), "inconclusive": inconclusive(), "interrupted": interrupted(), "zero value": {},
	} {
		for form := range forms {
			require.NotContains(t, written(t, form, r), "kept its promises", "%s as %s", name, form)
		}
		require.NotContains(t, written(t, "text", r), "PASS", name)
	}
	for _, form := range []string{"html", "summary", "text"} {
		require.Contains(t, written(t, form, passing()), "kept its promises", form)
	}
}

func TestJSONIsOneLineWithoutNulls(t *testing.T) {
	r := failing()
	r.Findings[1].Trace, r.Findings[1].Evidence, r.Cells, r.FaultsInjected = nil, nil, nil, nil
	for _, r := range []*torture.Result{passing(), r, interrupted(), {}} {
		line := written(t, "json", r)
		require.Equal(t, 1, strings.Count(line, "\n"))
		require.True(t, strings.HasSuffix(line, "}\n"))
		require.NotContains(t, line, "null")
		require.NotContains(t, line, `\u003c`, "< is not escaped, so that keys can be searched for")
		var back torture.Result
		require.NoError(t, json.Unmarshal([]byte(line), &back))
		require.Equal(t, r.Verdict, back.Verdict)
		require.Len(t, back.Findings, len(r.Findings))
	}
}

func TestJUnitCountsMatchItsCases(t *testing.T) {
	for name, want := range map[string]struct {
		result                   *torture.Result
		cases, failures, errored int
	}{
		"all cells pass": {passing(), 60, 0, 0},
		"two findings":   {failing(), 60, 2, 0},
		"a cell without an answer leaves the verdict open": {inconclusive(), 61, 0, 2},
		"interrupted after three cells":                    {interrupted(), 4, 0, 1},
		"an empty result is not a pass":                    {&torture.Result{}, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var doc struct {
				Tests    int `xml:"tests,attr"`
				Failures int `xml:"failures,attr"`
				Errors   int `xml:"errors,attr"`
				Cases    []struct {
					Failure *struct{} `xml:"failure"`
					Error   *struct{} `xml:"error"`
				} `xml:"testsuite>testcase"`
			}
			require.NoError(t, xml.Unmarshal([]byte(written(t, "junit", want.result)), &doc))
			failures, errored := 0, 0
			for _, c := range doc.Cases {
				if c.Failure != nil {
					failures++
				}
				if c.Error != nil {
					errored++
				}
			}
			require.Equal(t, []int{want.cases, want.failures, want.errored}, []int{doc.Tests, doc.Failures, doc.Errors})
			require.Equal(t, []int{want.cases, want.failures, want.errored}, []int{len(doc.Cases), failures, errored})
		})
	}
}

func TestFindingWithoutACellGetsOne(t *testing.T) {
	r := failing()
	r.Cells = nil
	require.Equal(t, 2, strings.Count(written(t, "junit", r), "<failure"))
	require.Equal(t, 2, strings.Count(written(t, "html", r), `<td class="fail">`))
}

func TestEveryFindingOfACellIsReported(t *testing.T) {
	r := failing()
	second := r.Findings[0]
	second.Sentence, second.Token, second.Class = "And another.", "LT2-SECOND", "hole"
	r.Findings = append(r.Findings, second)
	junit := written(t, "junit", r)
	require.Contains(t, junit, `<failure type="lost" message="Transfer`, "the failure is named after the first finding")
	require.Contains(t, junit, "And another.")
	require.Contains(t, junit, `<property name="token" value="LT2-SECOND">`)
	require.Contains(t, written(t, "html", r), `<td class="fail"><a href="#finding-1">`)
}

func TestMarkdownFenceIsLongerThanAnyInsideIt(t *testing.T) {
	r := failing()
	r.Findings[0].Evidence = []string{"value = ````"}
	require.Contains(t, written(t, "summary", r), "\n`````\nvalue = ````\n`````\n")
}

func TestOnlyFindingsOnThePageAreLinkedTo(t *testing.T) {
	r := failing()
	for len(r.Findings) < 65 {
		r.Findings = append(r.Findings, r.Findings[0])
	}
	var b strings.Builder
	require.NoError(t, reports.Text(&b, r, reports.TextOptions{Report: "report.html"}))
	require.Contains(t, b.String(), "report.html#finding-64\n")
	require.NotContains(t, b.String(), "#finding-65")
	require.NotContains(t, written(t, "html", r), `id="finding-65"`)
}

func TestReportSaysHowFaithfullyATokenReplays(t *testing.T) {
	page := written(t, "html", failing())
	require.Equal(t, 1, strings.Count(page, "One client: the token replays bit for bit."))
	require.Equal(t, 1, strings.Count(page, "4 clients: the token replays the same script"))
}

func TestPolicyAllowsTheStyleSheetOfThePage(t *testing.T) {
	page := written(t, "html", passing())
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	hash := sha256.Sum256([]byte(style[1]))
	policy := regexp.MustCompile(`content="(default-src[^"]*)"`).FindStringSubmatch(page)
	require.Contains(t, html.UnescapeString(policy[1]), "'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'")
}

func TestSummaryStaysBelowTheLimitOfAStep(t *testing.T) {
	r := failing()
	for range 5000 {
		r.Findings = append(r.Findings, r.Findings[0])
	}
	summary := written(t, "summary", r)
	require.Less(t, len(summary), 1<<20)
	require.Contains(t, summary, "4,982 more findings")
}

func TestHTMLMakesNoRequest(t *testing.T) {
	for _, r := range []*torture.Result{passing(), failing(), inconclusive(), interrupted()} {
		page := written(t, "html", r)
		require.NotRegexp(t, `(?i)<(script|img|iframe|link|object|embed|base|form)\b`, page)
		require.NotRegexp(t, `(?i)\son[a-z]+=`, page)
		require.NotRegexp(t, `style="`, page)
		require.NotRegexp(t, `@import|url\(`, page)
		for _, href := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			require.True(t, strings.HasPrefix(href[1], "#"), href[1])
		}
		require.Contains(t, page, "default-src &#39;none&#39;; style-src &#39;sha256-")
	}
}

func TestAFailingReportStartsWithItsFindings(t *testing.T) {
	page := written(t, "html", failing())
	at := 0
	for _, next := range []string{`id="verdict"`, `id="finding-1"`, `id="finding-2"`, `id="figures"`, `id="not-tested"`, `id="matrix"`, `id="goals"`, `id="lab"`} {
		i := strings.Index(page, next)
		require.Greater(t, i, at, next)
		at = i
	}
	require.Greater(t, strings.Index(page, "lab share"), strings.Index(page, `id="lab"`), "the lab's own figures come last")
}

func TestTheHTMLPageExplainsAFinding(t *testing.T) {
	page := written(t, "html", failing())
	for _, part := range []string{
		"A write acknowledged as synced survives a power cut.", "<code>118</code>", "<i>absent</i>", "And 12 more.",
		"A failing image of this crash lost this operation and nothing else.", "✓ passes",
		"After a power cut at tick 3,102, 3 of 8 images failed; none did at tick 3,094, the previous one tried.",
		"1 could still be lost when power was cut, and 1 became durable only after being acknowledged.", "<summary>called from</summary>",
		`class="ring missing"`, "#812 2 writes: put acct-0…", "commit #812: 2 writes", `class="pick-3"`,
	} {
		require.Contains(t, page, part)
	}
}

// The operations shown are those before the first power cut, and the explanation is about the second.
func TestTheHTMLPageTellsTwoPowerCutsApart(t *testing.T) {
	r := failing()
	require.NotContains(t, written(t, "html", r), "power was cut again at tick")
	r.Findings[0].NestedTick = 1031
	page := written(t, "html", r)
	require.Contains(t, page, "Before the first power cut</h4>")
	require.Contains(t, page, "power was cut again at tick 1,031 of that recovery.")
}

func TestEvidenceOfEarlierVersionsHasNoCircumstances(t *testing.T) {
	r := failing()
	r.Findings[0].Circumstances, r.Findings[0].Changes, r.Findings[0].ChangesOf = nil, nil, 0
	page := written(t, "html", r)
	for _, part := range []string{"When commits became durable", "When it became inevitable", "except for one operation", "What is wrong"} {
		require.NotContains(t, page, part)
	}
}

func TestAFailedRunShowsItsReasonsBelowItsFindings(t *testing.T) {
	r := failing()
	r.Reasons, r.Interrupted = []string{"goal edit-torn was not reached"}, true
	page := written(t, "html", r)
	require.Greater(t, strings.Index(page, r.Reasons[0]), strings.Index(page, `id="unanswered"`))
	require.Less(t, strings.Index(page, "Interrupted after"), strings.Index(page, `id="finding-1"`))
}

func TestCombinationsThatDidNotRunAreFolded(t *testing.T) {
	r := passing()
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Fault == "latency" && c.Workload != "bank" {
			*c = torture.Cell{Workload: c.Workload, Fault: c.Fault}
		}
	}
	page := written(t, "html", r)
	require.NotContains(t, page, `<td class="absent">`)
	require.Contains(t, page, "<summary>4 combinations were not run</summary>")
	require.Contains(t, page, "<td>register, append, kv, largevalue</td>")
	require.Contains(t, page, "Faults tried with one workload only")
}

func TestHTMLLinksHaveTargets(t *testing.T) {
	page := written(t, "html", failing())
	links := regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		require.Equal(t, 1, strings.Count(page, `id="`+link[1]+`"`), link[1])
	}
}

func TestHTMLIsSmall(t *testing.T) {
	require.Less(t, len(written(t, "html", failing())), 64<<10)
	r := failing()
	for range 500 {
		r.Findings = append(r.Findings, r.Findings[0])
	}
	page := written(t, "html", r)
	require.Less(t, len(page), 2<<20)
	require.Contains(t, page, "438 more are left out here")
}

func TestReplayTextSaysWhetherTheFailureReproduced(t *testing.T) {
	finding := failing().Findings[0]
	for want, r := range map[string]*torture.ReplayResult{
		"REPRODUCED  3 of 5 attempts failed in the same way.\n\n✗ Transfer #812": {
			Reproduced: true, Attempts: 5, Hits: 3, Finding: &finding,
		},
		"NOT REPRODUCED  5 attempts\n": {Attempts: 5},
		"NOT REPRODUCED  at tick 12 the store wrote db/000009.log\n": {
			Attempts: 1, Diverged: "at tick 12 the store wrote db/000009.log",
		},
	} {
		var b strings.Builder
		require.NoError(t, reports.ReplayText(&b, r, reports.TextOptions{}))
		require.True(t, strings.HasPrefix(b.String(), want), b.String())
	}
}

func TestReplayJSONHasNoNulls(t *testing.T) {
	var b strings.Builder
	require.NoError(t, reports.ReplayJSON(&b, &torture.ReplayResult{Finding: &torture.Finding{}}))
	require.Contains(t, b.String(), `"evidence":[],"trace":[]`)
	require.NotContains(t, b.String(), "null")
}

func TestInconclusiveGivesItsReasons(t *testing.T) {
	r := inconclusive()
	for form := range forms {
		require.Contains(t, written(t, form, r), "linearizability ended without an answer", form)
	}
	require.Equal(t, checker.Inconclusive, r.Verdict)
}
