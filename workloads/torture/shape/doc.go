// Package shape tells crash points apart by what is pending at them, and not by when: two at which the same code has left the
// same kinds of changes to the same kinds of files look alike, and what one of them shows the other mostly shows too.
//
//	shapes := shape.Of(trace)   // by the tick of the crash
//	seen.Add(shapes[tick])      // once it was explored
//
// A shape is no proof. It decides which crash points come first, and how many different ones there were; none is left out because
// of it. Package explore uses it. Shapes are comparable within a process, since they contain program counters.
//
// A Seen may be used by any number of goroutines.
package shape
