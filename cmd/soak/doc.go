// Package soak is the command soak: it tortures an engine for hours or days, in laps, and a killed soak can be
// resumed. It is a thin layer over the packages of workloads/soak: flags in, a summary and an exit code out.
//
//	command.go  the command and its flags      status.go   soak status, report and merge
//	run.go      a soak from start to end       child.go    what a child process does
//	text.go     the summary                    metrics.go  what --metrics serves
//	report.go   the page, and figures as JSON        program.go  soaks of programs
//
// The exit codes are those of every command: 0 pass, 1 findings or figures that are not flat, 2 bad usage, 3 the soak
// proves less than it should, 4 the lab is blind or the host is at fault. A soak that ends by --for has one of these;
// one that a signal ends has 130 or 143.
package soak
