// Package exec is the command exec: it tortures programs that the lab cannot call. It is a thin layer over the packages
// workloads/program and below: flags in, a report and an exit code out. It is a package of its own, and not one of package
// cli, because it needs FUSE: binaries of other engines do not.
package exec
