// Package targets is the registry of the engines that the lab can put to the test, one adapter each.
//
//  1. All lists every target once, in the order in which a person should read them.
//  2. Names are unique: they stand in reports and replay tokens, and are never given to another engine.
//
// The registry is a value built on demand, not a set of init functions: importing it changes nothing.
package targets
