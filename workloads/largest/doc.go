// Package largest describes the largest keys, values and batches that a store accepts: the sizes that a target states,
// what the workloads leave out because of them, and how anything larger is reduced.
//
// Package workloads generates scripts within the limits. Package contract has them in a target, and package evidence in
// a token.
package largest
