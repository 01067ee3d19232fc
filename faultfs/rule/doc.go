// Package rule is the language of injected faults: which operations a fault hits, and what happens to them.
//
// A Rule has a text (String and ParseRule are inverse to each other) and two counters: how many operations matched its
// description, and how many of those it hit. With equal operations, in equal order, a rule hits the same ones: nth,
// from and every count matches, prob draws from the rule's own seed, and no other randomness is used.
//
//  1. A rule hits only operations that match all its conditions. An operation to which its effect cannot happen is no
//     match (Effects).
//  2. Every hit is counted (Rule.Hits), so a rule that never fired can be reported.
//  3. Randomness that a fault needs, such as which bit is flipped, comes from Rule.Draw and depends on the seed of the
//     rule and the number of the hit alone.
//
// The package decides which operations are hit; package faultfs carries the fault out, and package crash damages disks
// at rest. ../FAULTS.md describes every effect and key. A Rule counts, so it belongs to one filesystem and is used
// under its lock; use Clone for another run.
package rule
