// Package coverprofile reads profiles of coverage, as go test -coverprofile and go tool covdata textfmt write them. It is a leaf:
// run --coverage says with it what a run has not reached, and mutate what a judge never executes.
package coverprofile
