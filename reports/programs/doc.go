// Package programs writes what the torture of a program found, as text, as JSON and as a page. Plain data in, bytes out; its
// callers are the commands exec, replay and check.
package programs
