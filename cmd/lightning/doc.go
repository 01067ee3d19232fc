// Package lightning has the commands of lightning-torture that are specific to Lightning.
//
//	mutants   plants known bugs in Lightning's source and checks whether the lab finds them: a test of the lab
//	engine    inspects, verifies, copies, backs up and repairs Lightning stores
//
// [Commands] returns them, for the field Commands of a cli.App. A binary for another engine leaves them out.
//
//  1. Only what a command names is written. repair, restore and checkpoint create or change a store; backup and prune
//     change a repository of backups; mutants never changes the source. The others only read.
//  2. Damage is a finding: it goes to standard output, and the exit code is 1.
//  3. mutants needs a checkout of the project, because its bugs are changes to the source.
package lightning
