// Package targettest is the conformance suite of the adapters under workloads/targets: what every workload relies on.
//
// It runs on the operating system's filesystem and says nothing of crashes; those are the lab's.
package targettest
