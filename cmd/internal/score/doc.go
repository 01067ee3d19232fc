// Package score has what the commands mutants and mutate share: both try one change after the other, report
// the verdict of each, and print the score as text, JSON or Markdown.
package score
