// Package judge is the command judge: it reads histories of other tools (package recorded), has them judged (package
// judging) and prints the judgements (package reports). Every binary made with package cli has it.
//
//  1. Each file has one result on standard output or, if it cannot be read or a flag does not apply to it, one line on
//     standard error. The other files are judged all the same.
//  2. The exit code is that of the worst result: a violation, then a file that was not judged, then an inconclusive
//     judgement.
//  3. Garbage is collected earlier than in other commands, because a long history and its judge need most of the memory.
package judge
