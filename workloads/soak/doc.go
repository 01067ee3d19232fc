// Package soak tortures one engine for hours or days, remembers everything, and goes on where it was when it is killed.
//
//	status.go  Status: a soak at one moment, for metrics, pages and people
//
// See package ledger for what is remembered.
package soak
