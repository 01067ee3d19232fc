// Package lightning has the commands of lightning-torture that are about Lightning and no other engine.
//
//	mutants   plants known bugs in Lightning's source and sees whether the lab finds them: a test of the lab
//	engine    looks at, verifies, copies, saves and repairs Lightning stores
//
// [Commands] returns them, for the field Commands of a cli.App. A binary for another engine leaves them out.
//
//  1. Only what a command names is written. repair, restore and checkpoint make or change a store; backup and prune
//     change a repository of backups; mutants never changes the source. The rest read.
//  2. Damage is a finding: it goes to standard output, and the exit code is 1.
//  3. mutants needs a checkout of the project, because its bugs are changes of the source.
package lightning
