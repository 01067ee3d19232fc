// Package judge is the command judge: it reads histories of other tools (package recorded), has them judged (package judging)
// and prints what comes of it (package reports). Every binary that package cli makes has it.
//
//  1. Each file has one result on standard output, or one line on standard error if it cannot be read; the others are judged all
//     the same.
//  2. The exit code is that of the worst: a violation, then a file that cannot be read, then an inconclusive judgement.
//  3. Memory is collected sooner than elsewhere, as a long history and its judge need most of what there is.
package judge
