// Package page writes the HTML page of a report, from plain data: a verdict, findings, figures and tables. It knows neither
// the lab nor where the data comes from, so that everything that has something to show has the same page.
//
//	page.go      Page, and what is on it besides findings    write.go     Write
//	finding.go   Finding                                     timeline.go  the picture of the last operations of the disk
//	table.go     Table                                       course.go    Course: what happened one after the other
//
// What it promises:
//
//   - P1: the page begins with the verdict, and then the findings. Figures and what was not tested follow, then tables.
//   - P2: one file, without a script, that makes no request. Its content security policy forbids both and allows no style
//     but its own, by hash. What is folded opens without a script, and so does the filter of a trace.
//     WriteLive is the exception: its page has one script, by hash, which asks the server that it came from for news.
//   - P3: text from outside cannot get out of its place. HTML is escaped, and control characters are made visible.
//   - P4: colour never carries meaning alone: wherever there is a colour, there is a word or a sign as well.
//   - P5: the same data gives the same bytes.
//
// Whatever is empty is left out, so a finding need not have source lines, a picture or a token.
//
// Callers: reports for the engines of the lab, and reports/programs for programs. The functions may be called concurrently.
package page
