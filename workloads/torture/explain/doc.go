// Package explain finds out why a failure happens: which operation had to be durable before which other, and on which
// filesystems that matters.
//
// An explanation is an experiment (T8 of package torture). Explain recovers images that have lost certain operations
// and no others, looks for the fewest whose loss alone makes the store fail in the same way, and names the earliest
// crash that fails with them. If nothing has to be lost, it leaves out one operation at a time. What it says was seen,
// not guessed. Profiles crashes the same recording around the same point under every other profile (T9).
//
//	explain.go      which losses a failure needs       sentence.go  putting the answer into words
//	turn.go         what makes a loss fatal            sources.go   where in the engine's source an operation is made
//	explanation.go  Explanation, Site                  profiles.go  the same failure on other filesystems
//	growth.go       what makes a store grow
//	circumstances.go  what surrounds a failure      moments.go  since when it is inevitable
//	sibling.go      the image that passes           durable.go  by when commits were durable
//
// The functions of this package change nothing that they are given. Each explores on its own and is bounded by the
// subject's patience and the number of its trials.
package explain
