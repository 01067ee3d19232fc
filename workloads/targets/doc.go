// Package targets is the registry of the engines that the lab can put to the test, one adapter each.
//
//  1. All lists every target once, in the order in which a person should read them.
//  2. Names are unique: they stand in reports and replay tokens, and are never given to another engine.
//  3. Measured lists the engines that lightning-torture bench compares. It has more than All: what reaches the disk on
//     ways of its own can be measured, but not tortured.
//
// The registry is a value built on demand, not a set of init functions: importing it changes nothing.
package targets
