// Package reports renders the result of a torture run for people and for programs: plain data in, bytes out.
//
// A [torture.Result] has five forms:
//
//   - [HTML]: one self-contained file, for whoever must decide whether an engine may hold money
//   - [Text]: for a terminal
//   - [Summary]: Markdown, for the step summary of a CI job
//   - [JUnit]: XML, for the test view of a CI server
//   - [JSON]: the stable form, for programs
//
// [Compare] compares two results; the resulting [Difference] has text, JSON and HTML forms.
//
// Promises:
//
//  1. The same result gives the same bytes. Nothing here reads a clock, a file or the environment, and no map is
//     iterated in its own order.
//  2. A result that proves nothing never looks like a pass. Inconclusive has its own word, sign and colour, it is an
//     error in JUnit, and the matrix shows cells without an answer and cells that did not run next to those that passed.
//  3. Colour never carries meaning alone: wherever there is a colour, there is a word or a sign as well.
//  4. Every finding comes with the one line that reproduces it.
//  5. Text from the engine under test cannot inject markup: HTML, Markdown and XML are escaped, and control characters
//     do not reach a terminal.
//  6. The HTML file carries no script and makes no request; see package page, which writes it. If the run failed, the
//     page starts with the findings. Otherwise it shows the worst power cuts after the figures, and how the store
//     recovered from each.
//  7. JSON is one line, without null where a list or a map belongs.
//
// A report says what was not tested as plainly as what was; see untested. All functions are safe for concurrent use,
// and none changes the result or keeps a reference to it. The only errors are those of the writer.
//
// Tried and rejected: a script that draws the charts in the browser, because a report of a failing run must be readable
// in ten years, in a mail client, and with scripts disabled; and data embedded as JSON, because there is a JSON form.
package reports
