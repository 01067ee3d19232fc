// Package coverprofile parses coverage profiles as go test -coverprofile and go tool covdata textfmt write them. It
// depends on no other package of the module. With it, run --coverage reports what a run did not reach, and mutate
// reports what a judge never executes.
package coverprofile
