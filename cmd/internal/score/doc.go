// Package score has what the commands mutants and mutate share: both try one change after the other, say what became of
// each, and print the score as text, JSON or Markdown.
package score
