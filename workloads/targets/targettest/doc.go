// Package targettest is the conformance suite of the adapters under workloads/targets: it checks what every workload
// relies on.
//
// It does not test crashes; that is the lab's work.
package targettest
