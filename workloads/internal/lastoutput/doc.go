// Package lastoutput keeps the end of a program's output, because the whole output of a long-running program may not
// fit in memory. It depends on no other package of the module. Callers run programs: package torture (tests that may
// die), workloads/mutate (judges) and workloads/program (programs).
package lastoutput
