// Package overlay lets the go command build a program from changed copies of some source files, without a change of the
// source tree: go build -overlay reads a file that says which copy stands for which file.
package overlay
