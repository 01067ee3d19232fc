// Package shape classifies crash points by what is pending at them, regardless of when. Two crash points have the same
// shape if the same code has left the same kinds of changes to the same kinds of files. If one of them shows a bug, the
// other usually shows it too.
//
//	shapes := shape.Of(trace)   // by the tick of the crash
//	seen.Add(shapes[tick])      // after the crash point was explored
//
// Equal shapes do not prove anything. They only decide which crash points package explore tries first, and count how many
// different ones there were; no crash point is left out because of its shape. A shape is a hash of names of files and of functions with
// lines, so it is the same in all processes of a program. Where the code has changed, shapes are new.
//
// A Seen is safe for concurrent use.
package shape
