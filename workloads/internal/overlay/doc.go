// Package overlay lets the go command build a program from modified copies of some source files without touching the
// source tree. The file given to go build -overlay says which copy replaces which source file.
package overlay
