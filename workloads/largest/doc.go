// Package largest says what a store takes at most, for workloads that keep to it: the sizes that a target states, what they
// leave out, and how what is too large becomes smaller.
//
// Package workloads draws scripts within them, package contract has them in a target, and package evidence in a token.
package largest
