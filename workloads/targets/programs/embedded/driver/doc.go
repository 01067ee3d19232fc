// Package driver is shared by the main packages next to it. Each is a small program around a Go store that writes files
// through package os or through maps, and knows nothing of the lab. It puts records, acknowledges each one once the
// store has reported it durable, and checks what is left after a power cut.
//
//	PROGRAM run [MODE...] DIR      put records 1 to N, with an acknowledgement each, and close the store
//	PROGRAM die [MODE...] DIR      the same, but exit without closing it
//	PROGRAM serve [MODE...]        check stores, one directory per line: exec --serve
//
// A store keeps its promise if it opens, every acknowledged record is there, and every record that is there is intact.
// Only if nothing was acknowledged yet, because the creation of the store was interrupted, may opening or reading
// return an error instead. A panic is wrong even then.
//
// The package and its callers import no package of the lab, so that they can be built with any version of the store
// alone.
package driver
