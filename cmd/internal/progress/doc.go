// Package progress shows the progress of a run on standard error: one line that is redrawn on a terminal, or a line
// now and then in a log.
package progress
