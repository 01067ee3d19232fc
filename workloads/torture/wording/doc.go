// Package wording turns findings into text: the lines that the command and Go tests print, and how numbers and foreign
// text look in them.
//
//	finding.go  a finding as lines    text.go  numbers, nouns, and text made safe for terminals
//
// Promises:
//
//   - W1: a finding is printed the same way everywhere, except for the lines to paste, which the caller supplies.
//   - W2: nothing written by an engine reaches a terminal as a control character.
//
// The package has no state and is safe for concurrent use. Packages reports and torture use it.
package wording
