// Package rule is the language of injected faults: which operations a fault hits, and what happens to them.
//
// A Rule has a text form (String and ParseRule are inverses of each other) and two counters: how many operations
// matched its description, and how many of those it hit. Given equal operations in equal order, a rule hits the same
// ones: nth, from and every count matches, prob draws from the rule's own seed, and there is no other randomness.
//
//  1. A rule hits only operations that match all its conditions. An operation to which its effect cannot happen is not
//     a match (Effects).
//  2. Every hit is counted (Rule.Hits), so a rule that never fired can be reported.
//  3. Randomness that a fault needs, such as which bit is flipped, comes from Rule.Draw and depends only on the rule's
//     seed and the number of the hit.
//
// The package decides which operations are hit. Package faultfs carries the fault out, and package crash damages disks
// at rest. ../FAULTS.md describes every effect and key. A Rule counts, so it belongs to one filesystem and is used
// under its lock; use Clone for another run.
package rule
