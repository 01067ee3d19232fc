// Package progress shows on standard error how far a run has come: one line that is redrawn on a terminal, or a line
// now and then in a log.
package progress
