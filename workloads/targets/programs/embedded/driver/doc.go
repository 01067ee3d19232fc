// Package driver is what the mains beside it share: each is a small program around a Go store that writes files through
// package os, or through maps, and knows nothing of the lab. It puts records, acknowledges each one once the store has said
// that it is durable, and checks what is left after a power cut.
//
//	PROGRAM run [MODE...] DIR      put records 1 to N, one acknowledgement each, and close the store
//	PROGRAM die [MODE...] DIR      the same, but end without closing it
//	PROGRAM serve [MODE...]        check stores, a directory a line: exec --serve
//
// A store keeps its promise if every record that was acknowledged is there, and if every record that is there is whole. It must
// also open. Only where nothing was acknowledged yet, and the making of the store was cut short, may it return an error instead; a
// panic is wrong there too.
//
// The package and its callers import no package of the lab, so that they can be built with any version of the store alone.
package driver
