// Package page writes the HTML page of a report from plain data: a verdict, findings, figures and tables. It does not know
// the lab or where the data comes from, so all reports share one page.
//
//	page.go      Page, and what is on it besides findings    write.go     Write
//	finding.go   Finding                                     timeline.go  the picture of the last filesystem operations
//	table.go     Table                                       course.go    Course: a sequence of stages
//
// Promises:
//
//   - P1: the page starts with the verdict and the findings. Figures and what was not tested follow, then tables.
//   - P2: the page is one file without scripts that makes no request. Its content security policy forbids both, and allows
//     only its own style sheet, by hash. Folded parts and the filter of a trace work without a script. WriteLive is the
//     exception: its page has one script, allowed by hash, which gets updates from the server that sent the page.
//   - P3: foreign text cannot inject markup. HTML is escaped, and control characters are made visible.
//   - P4: colour never carries meaning alone: wherever there is a colour, there is a word or a sign as well.
//   - P5: the same data gives the same bytes.
//
// Empty parts are left out, so a finding need not have source lines, a picture or a token.
//
// Callers: reports, reports/programs and reports/soaks. The functions are safe for concurrent use.
package page
