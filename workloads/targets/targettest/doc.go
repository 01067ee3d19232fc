// Package targettest is the conformance suite of the adapters under workloads/targets: it checks what every workload
// relies on.
//
// It runs on the filesystem that its caller opens stores on, and does not test crashes; that is the lab's work.
package targettest
