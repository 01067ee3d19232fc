// Package exec is the command exec: it tortures programs that the lab cannot call as a library. It is a thin layer
// over workloads/program and the packages below it: flags in, a report and an exit code out. It is not part of package
// cli because it needs FUSE, which binaries for other engines do not.
package exec
