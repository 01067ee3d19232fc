// Package trials tries mutants of Go packages before any number of judges, and scores the judges.
//
// A mutant is the packages with one mutation of package operators in them. A judge is any command: the tests of the packages, a
// torture test, a lab. It is run in the source tree, with the mutation in an overlay that GOFLAGS names, so that every go
// command it starts builds the mutant. It sees these variables:
//
//	GOFLAGS           what it was, and -overlay=FILE
//	MUTANT            the ID of the mutation; empty when the judge is tried without one
//	MUTANT_PACKAGE    the import path of the package that is mutated; empty without a mutation
//	TMPDIR            a directory of its own, which is removed afterwards
//
// Its exit code is the verdict, as it is for git bisect run:
//
//	0                 survived
//	125               broken: it could not judge
//	anything else     killed, and so is a judge that a signal ended
//
// A judge that is not done within its limit is ended together with all that it started. That counts as killed, too, and is
// shown as a timeout.
//
// A judge may come with a profile of what it executes ([Reach]). It is not asked about mutants that it never executes: they
// survive it, and the report tells them apart, because they need another remedy than those that are executed and not noticed.
//
// Mutants come in an order that the seed decides: a uniform sample without replacement. Three kinds are skipped and do not
// count: those that do not compile; those whose package compiles to the same code as without the mutation, which are
// equivalent; and those that compile to the same code as an earlier mutant of the sample. See object.go for what "the same
// code" means.
//
// The package promises:
//
//   - S1: no mutant is judged before every judge has passed the unchanged packages.
//   - S2: every answer is on disk, in the ledger, before the next mutant is taken. A run that was ended at any moment goes on
//     where it was, and repeats at most the mutants that were being judged.
//   - S3: the source tree is never written.
//   - S4: a mutant that no judge killed counts as missed until a person gives a reason for its survival. The report names reasons
//     that cannot be true: for a mutant that does not exist, or is said to be equivalent and was killed.
package trials
