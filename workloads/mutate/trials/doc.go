// Package trials tries mutants of Go packages with any number of judges, and scores the judges.
//
// A mutant is the packages with one mutation of package operators. A judge is any command: the tests of the packages, a
// torture test, a lab. It runs in the source tree, and GOFLAGS names an overlay with the mutation, so every go command
// that the judge starts builds the mutant. It gets these variables:
//
//	GOFLAGS           its previous value, and -overlay=FILE
//	MUTANT            the ID of the mutation; empty if there is none
//	MUTANT_PACKAGE    the import path of the mutated package; empty if there is none
//	TMPDIR            a directory of its own, which is removed afterwards
//
// Its exit code is the verdict, as in git bisect run:
//
//	0                 survived
//	125               broken: the judge has no answer
//	anything else     killed; so is death by a signal
//
// A judge that exceeds its time limit is killed together with all processes that it started. That counts as killed too,
// and is shown as a timeout.
//
// A judge may have a profile of what it executes ([Reach]). It is not asked about mutants in code that it never
// executes. They survive it, but the report lists them separately, because the remedy is not the same as for mutants
// that are executed and not noticed.
//
// The seed determines the order of mutants, which makes them a uniform sample without replacement. Three kinds are
// skipped and do not count: mutants that do not compile; those whose package compiles to the same code as without the
// mutation, which are equivalent; and those that compile to the same code as an earlier mutant of the sample. See
// object.go for what "the same code" means.
//
// The package promises:
//
//   - S1: no mutant is judged before every judge has passed the unchanged packages.
//   - S2: every answer is on disk, in the ledger, before the next mutant is taken. A run that was ended at any moment
//     resumes where it was, and repeats at most the mutants that were being judged.
//   - S3: the source tree is never written.
//   - S4: a mutant that no judge killed counts as missed until a person gives a reason for its survival. The report
//     names reasons that cannot be true: the mutant does not exist, or it is said to be equivalent but was killed.
package trials
