// Package score has what the commands mutants and mutate share: both try one change after another, report the verdict
// on each, and print the score as text, JSON or Markdown.
package score
