// Package lastoutput keeps the end of what a program prints: of one that runs for long, only that is worth memory. It is a leaf,
// for whoever runs programs: package torture for tests that may die, workloads/mutate for judges, workloads/program for programs.
package lastoutput
