// Package wording puts findings into words: the lines that the command and Go tests print, and how numbers and texts of
// others look in them.
//
//	finding.go  a finding as lines    text.go  numbers, nouns, and text that a terminal must not obey
//
// Promises:
//
//   - W1: what is printed of a finding is the same everywhere, except for the lines to paste, which the caller knows.
//   - W2: nothing that an engine wrote reaches a terminal as a control character.
//
// The package changes nothing and may be used by any number of goroutines. Package reports and package torture use it.
package wording
