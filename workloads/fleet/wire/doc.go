// Package wire has the messages of a fleet, their subjects and their limits. All messages are JSON.
//
//	subjects.go  where messages go        hello.go   a worker asks whether it may go on
//	limits.go    decoding with limits     result.go  a cell that was done
//
// Decode is the only way in: it refuses what is too long, too deep or too large before it makes anything of it, and then calls
// the message's own Validate.
package wire
