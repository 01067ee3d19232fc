// Package reports turns the result of a torture run into bytes for people and for machines: plain data in, bytes out.
//
// Five forms of one [torture.Result]:
//
//   - [HTML]: one file that needs nothing else, for whoever must decide whether an engine may hold money
//   - [Text]: what a terminal shows
//   - [Summary]: Markdown, for the step summary of a CI job
//   - [JUnit]: XML, for the test view of a CI server
//   - [JSON]: the stable form, for programs
//
// Two results are compared by [Compare], and the [Difference] has three forms of its own.
//
// What they promise:
//
//  1. The same result gives the same bytes. Nothing here reads a clock, a file or the environment, and no map is
//     walked in its own order.
//  2. A result that proves nothing never looks like a pass: Inconclusive has its own word, sign and colour, is an error
//     in JUnit, and unknown and missing cells stand in the matrix beside the good ones.
//  3. Colour never carries meaning alone: wherever there is a colour, there is a word or a sign as well.
//  4. Every finding comes with the one line that shows it again.
//  5. Text from the engine under test cannot get out of its place: HTML, Markdown and XML are escaped, and control
//     characters do not reach a terminal.
//  6. The HTML file carries no script and makes no request; see package page, which writes it. A failing one begins with
//     its findings, and its headline figures are those by which one decides about an engine. One that does not fail goes on with
//     the worst power cuts, and what recovery made of them.
//  7. JSON has no null where a list or a map belongs, and is one line.
//
// A report says what was not tested as plainly as what was; see untested. All functions may be called concurrently;
// none of them changes the result or keeps a reference to it. An error is always the error of the writer.
//
// Tried and rejected: a script that draws the charts in the browser (an archive of a failing run must be readable in
// ten years, in a mail client, and with scripts switched off), and data embedded as JSON (there is a JSON form).
package reports
