// Package yields builds Go packages in which goroutines may switch between any two statements.
//
// A race needs another goroutine to run between two steps of the first one. The Go scheduler hardly ever lets that happen
// where nothing blocks: a goroutine keeps its processor for milliseconds, and the steps take nanoseconds. A disk that lets
// others run reaches the steps with a call of the disk between them, and no others. So this package inserts calls that now
// and then let other goroutines run:
//
//   - before every statement, and between the two parts of a condition with an initializer
//   - between the read and the write of a field that is incremented, added to or appended to
//
// A program that is right stays right, because Go promises nothing about when goroutines switch. The source is not touched:
// the changed copies reach the compiler through an overlay, and keep the numbers of their lines. Types are not needed, so
// anything that parses can be changed.
//
// How often a yield happens, and for how long, changes all the time, between once in 128 and once in 16,384 statements, and
// between one and 512 turns: some races need many short interruptions, others a single long one. Compiled for wasip1, the
// inserted calls are points at which package schedule can switch, and its seed determines the draws.
//
// Limits: code that runs outside the chosen packages, such as a standard library's map or mutex, is not interrupted. An
// expression is not interrupted either, except as above. The race detector finds races without any effect; this package
// needs a test that notices the effect, but finds races in which every access is locked.
package yields
